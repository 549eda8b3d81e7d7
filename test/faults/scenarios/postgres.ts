import { killBackend } from '../backends.ts';
import type { Scenario } from '../scenario.ts';

export const postgres: readonly Scenario[] = [
  {
    family: 'postgres',
    name: 'PostgreSQL restarted',
    needs: ['postgres'],
    async play({ postgres: server, moment }) {
      for (let n = 0; n < 3; n++) {
        await moment(1000, 3000);
        await server?.stop('SIGINT');
        await moment(0, 4000);
        await server?.up();
        await moment(1500, 3000);
      }
    },
  },
  {
    family: 'postgres',
    name: 'PostgreSQL killed: its backend with -9, and its immediate shutdown',
    needs: ['postgres'],
    async play({ postgres: server, moment }) {
      for (let n = 0; n < 3; n++) {
        await moment(1000, 3000);
        await killBackend(server?.url ?? ''); // the server then restarts itself, as after a crash
        await moment(2000, 4000);
        await server?.stop('SIGQUIT');
        await moment(500, 3000);
        await server?.up();
        await moment(1500, 3000);
      }
    },
  },
  {
    family: 'both',
    endsProcess: true,
    name: 'PostgreSQL and Kafka killed at once, the gateway in between',
    needs: ['postgres', 'kafka'],
    async play({ postgres: server, kafka, rig, moment }) {
      for (let n = 0; n < 2; n++) {
        await moment(1000, 3000);
        await Promise.all([server?.stop('SIGQUIT'), kafka?.stop('SIGKILL')]);
        await moment(1000, 5000);
        await rig.kill();
        await rig.ready(false);
        await moment(500, 2000);
        await Promise.all([server?.up(), kafka?.up()]);
        await moment(3000, 6000);
      }
    },
  },
];
