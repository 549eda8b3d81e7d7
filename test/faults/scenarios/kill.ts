import { lastWords } from '../last-words.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const KILLS = 50;
const killed = async ({ rig, moment, short, findings }: Stage): Promise<void> => {
  for (let n = 0; n < (short ? 2 : KILLS); n++) {
    await moment(200, 2500);
    await rig.kill();
    await rig.ready();
  }
  const own = rig.exits().filter((how) => how !== 'SIGKILL');
  if (own.length) findings.push(`the gateway ended by itself ${own.length} times (${own.join(', ')}): ${lastWords(rig.log())}`);
};
export const kill: readonly Scenario[] = [
  { family: 'kill', name: 'kill -9 of the gateway', needs: [], endsProcess: true, inShort: true, play: killed },
  { family: 'kill', name: 'kill -9 of the gateway, with Kafka', needs: ['kafka'], endsProcess: true, play: killed },
];
