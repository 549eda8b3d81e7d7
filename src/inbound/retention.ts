import { idAt } from '../id.ts';
import type { Tx } from '../store/port.ts';
import type { IngestSettings } from '../store/worker-protocol.ts';

const DAY = 86_400_000;
const SLICE = 2000;
const CLOSED_LETTER_DAYS = 30;
const AUDIT_DAYS = 365;
const GAP_DAYS = 30;
/** Past the journal's usual days nothing is read again that a menu could answer. */
const MENU_DAYS = 8;

/** Drops what is past its days, a slice at a time and read in the order of age, so that it never holds up the ingest. Nothing above a live cursor is dropped, and the newest event stays (it carries the numbering). */
export async function retain(tx: Tx, settings: IngestSettings['retention'], nowMs: number): Promise<void> {
  const before = (days: number) => nowMs - days * DAY;
  await tx.run(
    `DELETE FROM events WHERE off IN (SELECT off FROM (SELECT off, created_at FROM events WHERE off IS NOT NULL ORDER BY off LIMIT ${SLICE}) AS oldest
    WHERE created_at < $1 AND off <= coalesce((SELECT min(off) FROM cursors), 9007199254740991) AND off < (SELECT max(off) FROM events))`,
    [before(settings.eventDays)],
  );
  await tx.run(`DELETE FROM exchanges WHERE id IN (SELECT id FROM exchanges WHERE id < $2 AND at < $1 ORDER BY id LIMIT ${SLICE})`, [
    before(settings.exchangeDays),
    idAt('ex_', before(settings.exchangeDays)),
  ]);
  const old = await tx.all<{ id: string }>("SELECT id FROM messages WHERE id < $2 AND created_at < $1 AND (queue_state IS NULL OR queue_state = 'done') ORDER BY id LIMIT 200", [
    before(settings.messageDays),
    idAt('ms_', before(settings.messageDays)),
  ]);
  for (const { id } of old) {
    await tx.run('DELETE FROM timeline WHERE message = $1', [id]);
    await tx.run('DELETE FROM calls WHERE message = $1', [id]);
    await tx.run('DELETE FROM menus WHERE message = $1', [id]);
    await tx.run('DELETE FROM preparations WHERE message = $1', [id]);
    await tx.run('DELETE FROM messages WHERE id = $1', [id]);
  }
  await tx.run(
    `DELETE FROM menus WHERE message IN (SELECT n.message FROM menus n JOIN messages m ON m.id = n.message WHERE m.queue_state = 'done' AND m.updated_at < $1 LIMIT ${SLICE})`,
    [before(MENU_DAYS)],
  );
  await tx.run('DELETE FROM media_fetches WHERE fetched_at < $1', [before(1)]);
  await tx.run('DELETE FROM idempotency WHERE created_at < $1', [before(settings.idempotencyDays)]);
  await tx.run("DELETE FROM dead_letters WHERE state <> 'open' AND updated_at < $1", [before(CLOSED_LETTER_DAYS)]);
  await tx.run('DELETE FROM suspected_gaps WHERE named_at < $1', [before(GAP_DAYS)]);
  await tx.run('DELETE FROM audit WHERE at < $1', [before(AUDIT_DAYS)]);
  await tx.run("DELETE FROM replays WHERE state <> 'running' AND updated_at < $1", [before(CLOSED_LETTER_DAYS)]);
}
