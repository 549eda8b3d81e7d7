import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** The broker is away for a while, and comes back. */
const away = (signal: NodeJS.Signals, lowMs: number, highMs: number) => async (stage: Stage) => {
  for (let n = 0; n < (stage.short ? 1 : 3); n++) {
    await stage.moment(1000, 3000);
    await stage.kafka?.stop(signal);
    await stage.moment(lowMs, highMs);
    await stage.kafka?.up();
    await stage.moment(2000, 6000); // at some of the moments the relay is in the midst of catching up
  }
};
export const kafka: readonly Scenario[] = [
  { family: 'kafka', name: 'Kafka stopped for a while', needs: ['kafka'], play: away('SIGTERM', 4000, 12_000) },
  { family: 'kafka', name: 'Kafka restarted', needs: ['kafka'], play: away('SIGTERM', 0, 200) },
  { family: 'kafka', name: 'Kafka killed with -9', needs: ['kafka'], inShort: true, play: away('SIGKILL', 500, 6000) },
  {
    family: 'kafka',
    name: 'Kafka slow, as on a slow disk: still for up to 3 s, 15 times',
    needs: ['kafka'],
    async play({ kafka: broker, moment, short }) {
      for (let n = 0; n < (short ? 3 : 15); n++) {
        await moment(200, 1500);
        broker?.signal('SIGSTOP');
        await moment(300, 3000);
        broker?.signal('SIGCONT');
      }
    },
  },
];
