import type { Scenario } from '../scenario.ts';

const KILLS = 50;
export const kill: readonly Scenario[] = [
  {
    family: 'kill',
    endsProcess: true,
    name: `kill -9 of the gateway, ${KILLS} times`,
    needs: ['kafka'],
    inShort: true,
    async play({ rig, moment, short }) {
      for (let n = 0; n < (short ? 3 : KILLS); n++) {
        await moment(300, 2500);
        await rig.kill();
        await rig.ready();
      }
    },
  },
];
