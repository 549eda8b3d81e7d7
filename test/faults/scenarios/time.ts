import type { Scenario } from '../scenario.ts';

const HOUR = 3_600_000;
export const time: readonly Scenario[] = [
  {
    family: 'clock',
    endsProcess: true,
    name: 'the clock stepped by an hour, forth and back, and again across restarts',
    needs: [],
    async play({ rig, moment }) {
      for (const clock of [HOUR, -HOUR, -HOUR]) {
        await moment(1000, 2500);
        rig.command({ clock });
      }
      await moment(1000, 2500);
      await rig.kill(); // it starts again by the real clock: another hour forth
      await rig.ready();
      await moment(1000, 2000);
      rig.command({ clock: -HOUR });
      await moment(1000, 2000);
      await rig.kill('SIGTERM');
      await rig.ready();
    },
  },
  {
    family: 'stop',
    endsProcess: true,
    name: 'SIGSTOP of the gateway for 60 s',
    needs: ['kafka'],
    async play({ rig, moment }) {
      await moment(1000, 3000);
      rig.signal('SIGSTOP');
      await moment(60_000, 60_000);
      rig.signal('SIGCONT');
      await moment(3000, 4000);
      await rig.ready();
    },
  },
];
