import type { Rendered } from '../../../adapters/contract.ts';
import type { Tx } from '../../store/port.ts';
import type { NamedFiles } from './files-of.ts';

/** A message that waits for its files looks again after so long, should nobody tell it. */
const LOOK_AGAIN_MS = 60_000;
/** A message that names a file, by its row: a text that holds these letters has them escaped. */
export const mayNameFiles = (contentJson: string): boolean => contentJson.includes('"media":');

/** Keeps what a message needs before it can go; returns whether it needs anything. `now`: it would go at once, so it waits for that; else its own time comes first. */
export async function keepPreparation(
  tx: Tx,
  of: { message: string; channel: string; nowMs: number },
  at: { rendered: Pick<Rendered, 'needs'>; named: NamedFiles | undefined; now: boolean },
): Promise<boolean> {
  const { rendered, named } = at;
  const pending = rendered.needs !== undefined;
  if (!named || (!pending && Object.keys(named.files.states).length === 0)) return false; // addresses that the platform fetches itself
  await tx.run(
    `INSERT INTO preparations (message, channel, state, parked, renewed, until, tries, next_at) VALUES ($1,$2,$3,$4,0,$5,NULL,$6)
     ON CONFLICT (message) DO UPDATE SET state = excluded.state, parked = excluded.parked, until = excluded.until, tries = NULL, next_at = excluded.next_at`,
    [of.message, of.channel, pending ? 'pending' : 'ready', pending && at.now ? 1 : 0, named.until, of.nowMs],
  );
  return pending;
}

/** The message waits until its files are ready. */
export const park = (tx: Tx, message: string, nowMs: number): Promise<number> =>
  tx.run("UPDATE messages SET queue_state = 'waiting', next_at = $2, updated_at = $3 WHERE id = $1", [message, nowMs + LOOK_AGAIN_MS, nowMs]);

/** Asks for the files of a message once more, and lets it wait for them. */
export async function askAgain(tx: Tx, message: string, nowMs: number): Promise<void> {
  await tx.run("UPDATE preparations SET state = 'pending', parked = 1, tries = NULL, next_at = $2 WHERE message = $1", [message, nowMs]);
  await park(tx, message, nowMs);
}

/** Before a call: whether the files are ready and will be for a while. One that are not is waited for. */
export async function filesReady(tx: Tx, message: string, nowMs: number): Promise<boolean> {
  const [p] = await tx.all<{ state: string; until: number }>('SELECT state, until FROM preparations WHERE message = $1', [message]);
  if (!p || (p.state === 'ready' && Number(p.until) > nowMs)) return true;
  if (p.state === 'pending') {
    await tx.run('UPDATE preparations SET parked = 1 WHERE message = $1', [message]);
    await park(tx, message, nowMs);
  } else await askAgain(tx, message, nowMs);
  return false;
}
