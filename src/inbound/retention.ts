import { idAt } from '../id.ts';
import { unchain } from '../store/message-chain.ts';
import type { Tx } from '../store/port.ts';
import type { IngestSettings } from '../store/worker-protocol.ts';

const DAY = 86_400_000;
const SLICE = 500;
/** A message has rows in other tables too. */
const MESSAGES = 100;
const CLOSED_LETTER_DAYS = 30;
const AUDIT_DAYS = 365;
const GAP_DAYS = 30;
/** An edit or a deletion whose original has not come by then was of a message before our time. */
const EARLY_DAYS = 30;
const FETCH_DAYS = 1;
/** Past the journal's usual days nothing is read again that a menu could answer. */
const MENU_DAYS = 8;

interface Now {
  readonly tx: Tx;
  /** Epoch ms so many days ago. */
  before(days: number): number;
  readonly days: IngestSettings['retention'];
}
/** Drops a slice of what is past its days, read in the order of age by an index; whether it was a whole one, so that there may be more. */
type Rule = (now: Now) => Promise<boolean>;

/** The oldest of a table that has an index of this column (`of`: a condition that the index has too). Several of the same moment go together. */
const aged = (table: string, column: string, { days, of = '1 = 1' }: { days: (kept: IngestSettings['retention']) => number; of?: string }): Rule => {
  const sql = `DELETE FROM ${table} WHERE ${of} AND ${column} < $1 AND ${column} <= coalesce((SELECT ${column} FROM ${table} WHERE ${of} ORDER BY ${column} LIMIT 1 OFFSET ${SLICE - 1}), $1)`;
  return async ({ tx, before, days: kept }) => (await tx.run(sql, [before(days(kept))])) >= SLICE;
};
/** The oldest of a table whose ids begin with the moment at which they were made. */
const agedById = (table: string, prefix: string, days: (kept: IngestSettings['retention']) => number): Rule => {
  const sql = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE id < $1 AND at < $2 ORDER BY id LIMIT ${SLICE})`;
  return async ({ tx, before, days: kept }) => (await tx.run(sql, [idAt(prefix, before(days(kept))), before(days(kept))])) === SLICE;
};

/** Nothing above a live cursor, and the newest stays: it carries the numbering. */
const events: Rule = async ({ tx, before, days }) =>
  (await tx.run(
    `DELETE FROM events WHERE off IN (SELECT off FROM (SELECT off, created_at FROM events WHERE off > 0 ORDER BY off LIMIT ${SLICE}) AS oldest
    WHERE created_at < $1 AND off <= coalesce((SELECT min(off) FROM cursors), 9007199254740991) AND off < (SELECT max(off) FROM events))`,
    [before(days.eventDays)],
  )) === SLICE;

/** With all that was kept of them; those that are still to go out stay. */
const messages: Rule = async ({ tx, before, days }) => {
  const old = await tx.all<{ id: string; direction: string; conversation: string | null }>(
    `SELECT id, direction, conversation FROM messages WHERE id < $2 AND created_at < $1 AND (queue_state IS NULL OR queue_state = 'done') ORDER BY id LIMIT ${MESSAGES}`,
    [before(days.messageDays), idAt('ms_', before(days.messageDays))],
  );
  for (const { id, direction, conversation } of old) {
    await tx.run('DELETE FROM timeline WHERE message = $1', [id]);
    if (direction === 'outbound') {
      await tx.run('DELETE FROM calls WHERE message = $1', [id]);
      await tx.run('DELETE FROM menus WHERE message = $1', [id]);
      await tx.run('DELETE FROM preparations WHERE message = $1', [id]);
    }
    if (conversation !== null) await unchain(tx, { conversation, id });
    await tx.run('DELETE FROM messages WHERE id = $1', [id]);
  }
  return old.length === MESSAGES;
};

/** By the ids of their messages: younger ones are not even looked at. Not a join, for which SQLite read all messages, every minute. */
const menus: Rule = async ({ tx, before }) =>
  (await tx.run(
    `DELETE FROM menus WHERE message IN (SELECT n.message FROM menus n WHERE n.message < $2
    AND EXISTS (SELECT 1 FROM messages m WHERE m.id = n.message AND m.queue_state = 'done' AND m.updated_at < $1) ORDER BY n.message LIMIT ${SLICE})`,
    [before(MENU_DAYS), idAt('ms_', before(MENU_DAYS))],
  )) === SLICE;

const RULES: readonly Rule[] = [
  events,
  agedById('exchanges', 'ex_', (kept) => kept.exchangeDays),
  messages,
  menus,
  aged('media_fetches', 'fetched_at', { days: () => FETCH_DAYS }),
  aged('idempotency', 'created_at', { days: (kept) => kept.idempotencyDays }),
  aged('dead_letters', 'updated_at', { days: () => CLOSED_LETTER_DAYS, of: "state <> 'open'" }),
  aged('early_changes', 'at', { days: () => EARLY_DAYS }),
  aged('suspected_gaps', 'named_at', { days: () => GAP_DAYS }),
  agedById('audit', 'au_', () => AUDIT_DAYS),
  aged('replays', 'updated_at', { days: () => CLOSED_LETTER_DAYS, of: "state <> 'running'" }),
];

/** Drops what is past its days, slice by slice while `goOn` says so, so that it never holds up the ingest; whether there is more. */
export async function retain(tx: Tx, days: IngestSettings['retention'], { nowMs, goOn }: { nowMs: number; goOn(): boolean }): Promise<boolean> {
  const now: Now = { tx, days, before: (n) => nowMs - n * DAY };
  let due = RULES;
  do {
    const whole: Rule[] = [];
    for (const rule of due) if (await rule(now)) whole.push(rule);
    due = whole;
  } while (due.length && goOn());
  return due.length > 0;
}
