import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import type { ChannelType } from '../../schemas/index.ts';
import { toldKey } from '../inbound/told-messages.ts';

/** The first schema whose `seen` says which message a fact became. */
export const SEEN_NAMES_MESSAGES = 12;

interface Told {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly platform_id: string;
}
const SELECT = `SELECT m.id, c.type, c.account, m.platform_id FROM messages m JOIN channels c ON c.id = m.channel WHERE m.platform_id IS NOT NULL AND m.queue_state IS NULL AND m.id > $1 ORDER BY m.id LIMIT 5000`;
const keyOf = (t: Told): Uint8Array => toldKey({ type: t.type as ChannelType, account: t.account }, t.platform_id);

/** Messages that webhooks told before `seen` named them: found by the platform's id again. No SQL can make their keys. */
export function fillSeenSqlite(db: DatabaseSync): void {
  const read = db.prepare(SELECT.replace('$1', '?'));
  const write = db.prepare('UPDATE seen SET message = ? WHERE id = ?');
  for (let rows = read.all('') as unknown as Told[]; rows.length; rows = read.all(rows.at(-1)?.id ?? '') as unknown as Told[])
    for (const row of rows) write.run(row.id, keyOf(row));
}
export async function fillSeenPostgres(client: pg.Client): Promise<void> {
  for (let last = ''; ; ) {
    const { rows } = await client.query<Told>(SELECT, [last]);
    if (!rows.length) return;
    last = rows.at(-1)?.id ?? '';
    await client.query('UPDATE seen SET message = w.message FROM unnest($1::bytea[], $2::text[]) AS w(id, message) WHERE seen.id = w.id', [rows.map(keyOf), rows.map((r) => r.id)]);
  }
}
