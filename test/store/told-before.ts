import type { Context } from '../../src/inbound/context.ts';
import { takeEarly } from '../../src/inbound/early-changes.ts';
import { messageIdOf, toldKey } from '../../src/inbound/told-messages.ts';
import type { Tx } from '../../src/store/port.ts';

/** A store in which messages were told before `seen` named them: a number of Meta's, one of Twilio's, and what we sent ourselves; and a deletion that waits for its original. */
const META = { id: 'ch_wa', type: 'whatsapp', account: '207700000000123' } as const;
const TWILIO = { id: 'ch_sms', type: 'sms', account: 'AC1 +14155550101' } as const;
const channel = (c: typeof META | typeof TWILIO) =>
  `INSERT INTO channels (id, type, provider, tenant, account, managed, state, key_ids, sealed, settings, created_at, updated_at) VALUES ('${c.id}', '${c.type}', 'p', 'acme', '${c.account}', 'file', 'active', '[]', '', '{}', 1, 1)`;
const message = (id: string, of: string, platformId: string, queue: string) =>
  `INSERT INTO messages (id, tenant, channel, direction, platform_id, state, content_type, content, preview, at, created_at, updated_at, priority, attempt, parts, sent_parts, queue_state) VALUES ('${id}', 'acme', '${of}', 'inbound', '${platformId}', 'received', 'text', '{}', '', 1, 1, 1, 0, 0, 1, 0, ${queue})`;
export const TOLD_BEFORE = [
  channel(META),
  channel(TWILIO),
  message('ms_1', 'ch_wa', 'wamid.1', 'NULL'),
  message('ms_2', 'ch_sms', 'SM1', 'NULL'),
  message('ms_3', 'ch_wa', 'wamid.ours', "'done'"),
  "INSERT INTO calls (message, attempt, part, channel, state, status, platform_id, epoch, method, path, content_type, body) VALUES ('ms_3', 1, 1, 'ch_wa', 'sent', 'sent', 'wamid.ours', 1, 'POST', '/', 'application/json', '{}')",
  `INSERT INTO meta (key, value) VALUES ('early:ch_wa:wamid.late', '{"kind":"delete"}')`,
];
export const SEEN_BEFORE = [toldKey(META, 'wamid.1'), toldKey(TWILIO, 'SM1'), toldKey(META, 'wamid.pruned')];
export async function foundAgain(tx: Tx): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [of, id] of [
    [META, 'wamid.1'],
    [TWILIO, 'SM1'],
    [META, 'wamid.ours'],
    [META, 'wamid.pruned'],
    [META, 'SM1'],
  ] as const)
    found.push(await messageIdOf(tx, of, id));
  found.push(await tx.all(`SELECT key FROM early_changes WHERE at > ${Date.now() - 60_000}`));
  found.push(await takeEarly({ tx, early: { pending: 1 } } as Context, { channel: 'ch_wa', platformId: 'wamid.late' }));
  found.push(await tx.all('SELECT key FROM meta'));
  return found;
}
export const FOUND_AGAIN = ['ms_1', 'ms_2', 'ms_3', undefined, undefined, [{ key: 'ch_wa:wamid.late' }], { kind: 'delete' }, []];
