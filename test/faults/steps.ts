import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './load.ts';
import type { Stage } from './stage.ts';

const MINUTE_MS = 60_000;
/** What must come within a minute; else it is a finding. */
export async function due({ findings }: Stage, what: string, good: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + MINUTE_MS; !(await good()); await sleep(300)) if (performance.now() > end) return void findings.push(`not in a minute: ${what}`);
}
/** One webhook of the scenario's own, with one message; where it is not acknowledged, that is a finding about `what`. */
export async function hand({ rig, alsoAcknowledged, findings }: Stage, agent: http.Agent, { id, body, what }: { id: string; body: string; what: string }): Promise<void> {
  if ((await post({ url: rig.url, agent }, body)) === 200) alsoAcknowledged.push(id);
  else findings.push(`${what} was not acknowledged`);
}
