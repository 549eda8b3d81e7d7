import { cutBackends } from '../backends.ts';
import type { Scenario } from '../scenario.ts';

export const pools: readonly Scenario[] = [
  {
    family: 'pools',
    name: 'every connection to PostgreSQL cut, 20 times',
    needs: ['postgres'],
    async play({ postgres, moment, findings }) {
      let cut = 0;
      for (let n = 0; n < 20; n++) {
        await moment(100, 1000);
        cut += await cutBackends(postgres?.url ?? '');
      }
      if (cut === 0) findings.push('there was no connection to cut');
    },
  },
  {
    family: 'pools',
    name: 'every connection to Kafka cut, 10 times, and some answers lost',
    needs: ['kafka', 'proxy'],
    async play({ proxy, moment }) {
      for (let n = 0; n < 10; n++) {
        await moment(500, 3000);
        if (n % 3 === 0) proxy?.dropAnswers(1);
        proxy?.cut();
      }
      await moment(2000, 2000);
      proxy?.dropAnswers(0);
    },
  },
];
