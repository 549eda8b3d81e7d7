import type { Tx } from '../store/port.ts';

/** A smaller one is the clock being kept right. */
export const STEP_MS = 2000;

/** Tells by how much the wall clock was stepped, against the monotonic one, since it was last asked; 0 where it was not. */
export function createClockSteps(wall: () => number = Date.now, monotonic: () => number = () => performance.now()) {
  let offset = wall() - monotonic();
  return (): number => {
    const now = wall() - monotonic();
    const by = Math.round(now - offset);
    offset = now;
    return Math.abs(by) > STEP_MS ? by : 0;
  };
}

/**
 * Deadlines are kept by the wall clock, since they outlive the process; when it is stepped they go with it, so that a retry does not
 * wait an hour more and a doubt is not settled an hour too soon. What was written after the step lies on the new clock's side of the
 * middle and stays; so does a time that the sender chose.
 */
export async function clockStepped(tx: Tx, args: { readonly byMs: number; readonly nowMs: number }): Promise<void> {
  const { byMs } = args;
  const middle = args.nowMs - byMs / 2;
  const ofBefore = (column: string) => `${column} ${byMs < 0 ? '>' : '<='} ${Math.round(middle)}`;
  await tx.run(
    `UPDATE messages SET next_at = next_at + $1 WHERE queue_state IN ('waiting', 'doubt') AND ${ofBefore('next_at')} AND NOT (send_at IS NOT NULL AND send_at = next_at)`,
    [byMs],
  );
  await tx.run(`UPDATE messages SET updated_at = updated_at + $1 WHERE queue_state = 'doubt' AND ${ofBefore('updated_at')}`, [byMs]);
  await tx.run(`UPDATE waiting_statuses SET deadline = deadline + $1 WHERE ${ofBefore('deadline')}`, [byMs]);
}
