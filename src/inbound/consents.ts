import { type ChannelType, eventId, type Failure, type Identity } from '../../schemas/index.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import type { Database } from '../store/tables.ts';

export type ConsentRow = Database['consents'];
export interface ConsentEntry {
  readonly tenant: string;
  readonly contact: string;
  /** Where it was told; '' where it holds for all. */
  readonly channel: string;
  readonly scope: string;
  readonly state: 'opted_in' | 'opted_out';
  readonly source: string;
  readonly keyword?: string | undefined;
  readonly detail?: string | undefined;
  readonly at: number;
  readonly until?: number | undefined;
}
/** So long marketing to a customer is held back after the platform withheld it (131049: a day at least, and repeating makes it worse). */
const CAP_MS = 24 * 3_600_000;

async function serviceOfChannel(tx: Tx, channel: string): Promise<string> {
  if (channel === '') return '';
  const [row] = await tx.all<{ settings: string }>('SELECT settings FROM channels WHERE id = $1', [channel]);
  const { messagingServiceSid } = JSON.parse(row?.settings ?? '{}') as { messagingServiceSid?: unknown };
  return typeof messagingServiceSid === 'string' ? messagingServiceSid : '';
}

const PUT = `INSERT INTO consents (tenant, contact, channel, scope, service, state, source, keyword, detail, at, until) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
  ON CONFLICT (contact, channel, scope) DO UPDATE SET service = excluded.service, state = excluded.state, source = excluded.source, keyword = excluded.keyword, detail = excluded.detail, at = excluded.at,
  until = excluded.until WHERE excluded.at >= consents.at`;
/** Keeps what a contact said, the newest by its own time; whether the state is another than before. */
export async function recordConsent(tx: Tx, e: ConsentEntry): Promise<boolean> {
  const [before] = await tx.all<{ state: string; at: number }>('SELECT state, at FROM consents WHERE contact = $1 AND channel = $2 AND scope = $3', [
    e.contact,
    e.channel,
    e.scope,
  ]);
  if (before && before.at > e.at) return false;
  await tx.run(PUT, [e.tenant, e.contact, e.channel, e.scope, await serviceOfChannel(tx, e.channel), e.state, e.source, e.keyword, e.detail, e.at, e.until]);
  // START at a number ends its block, whether the STOP was told for the number or for its messaging service.
  if (e.state === 'opted_in' && (e.scope === 'sender' || e.scope === 'service'))
    await tx.run("UPDATE consents SET state = 'opted_in', at = $3 WHERE contact = $1 AND channel = $2 AND scope IN ('sender', 'service') AND at <= $3", [
      e.contact,
      e.channel,
      e.at,
    ]);
  return before?.state !== e.state;
}

const OWN = 'SELECT tenant, contact, channel, scope, service, state, source, keyword, detail, at, until FROM consents WHERE ';
/** Other contacts of the tenant that bear the same phone or user id on any of its channels: one person, not linked yet. */
const named = (kind: string, value: string) =>
  `SELECT c.contact FROM aliases a JOIN channels h ON h.id = a.channel JOIN conversations c ON c.id = a.conversation WHERE a.kind = '${kind}' AND a.value = ${value} AND h.tenant = $2`;
const SAME = `${named('phone', '$3')} UNION ALL ${named('whatsapp_user', '$4')}`;
/** What a person agreed to, across the channels of the tenant. */
export function consentsOf(tx: Tx, who: { contact: string; tenant: string; identities: readonly Identity[] }): Promise<ConsentRow[]> {
  const identity = (type: Identity['type']) => who.identities.find((i) => i.type === type)?.value ?? '';
  return tx.all<ConsentRow>(`${OWN}contact IN (SELECT $1 UNION ALL ${SAME}) ORDER BY at DESC`, [who.contact, who.tenant, identity('phone'), identity('whatsapp_user')]);
}

/** Two contacts turned out to be one person: what the other one said stands, the newest of each. */
export async function moveConsents(tx: Tx, from: string, to: string): Promise<void> {
  if (from === to) return;
  for (const c of await tx.all<ConsentRow>(`${OWN}contact = $1`, [from]))
    await tx.run(PUT, [c.tenant, to, c.channel, c.scope, c.service, c.state, c.source, c.keyword, c.detail, c.at, c.until]);
  await tx.run('DELETE FROM consents WHERE contact = $1', [from]);
}

interface Refused {
  readonly contact: string | null;
  readonly conversation: string | null;
  readonly channel: string;
  readonly tenant: string;
}
/** What a platform's refusal says of the customer's wishes goes into the ledger, so that the next message is refused here, with the reason. */
export async function learnFromRefusal(tx: Tx, m: Refused, told: { failure: Failure; nowMs: number }): Promise<void> {
  const { failure, nowMs } = told;
  if (m.contact === null) return;
  const source = `refusal${failure.platformCode ? ` ${failure.platformCode}` : ''}`;
  const entry = { tenant: m.tenant, contact: m.contact, channel: m.channel, state: 'opted_out', source, at: nowMs } as const;
  if (failure.code === 'marketing_capped') await recordConsent(tx, { ...entry, scope: 'capped', until: nowMs + CAP_MS });
  if (failure.optOut === undefined) return;
  const scope = failure.optOut === 'sender' && (await serviceOfChannel(tx, m.channel)) !== '' ? 'service' : failure.optOut;
  if (await recordConsent(tx, { ...entry, scope }))
    await tellConsent(tx, { ...m, contact: m.contact }, { state: 'opted_out', scope, source: 'refusal', detail: failure.platformCode, nowMs });
}

interface Told {
  readonly state: 'opted_in' | 'opted_out';
  readonly scope: string;
  readonly source: string;
  readonly detail?: string | undefined;
  readonly nowMs: number;
}
/** A `contact.consent` that comes by no webhook: from a refusal, or by API. */
export async function tellConsent(tx: Tx, m: Refused & { contact: string }, told: Told): Promise<void> {
  const [c] = await tx.all<{ id: string; type: ChannelType; name: string | null; address: string | null; contact_name: string | null; identities: string; window: number | null }>(
    'SELECT h.id, h.type, h.name, h.address, t.name AS contact_name, t.identities, v.window_expires_at AS window FROM conversations v JOIN channels h ON h.id = v.channel JOIN contacts t ON t.id = v.contact WHERE v.id = $1',
    [m.conversation],
  );
  if (!c || m.conversation === null) return;
  const channel = { id: c.id, type: c.type, ...(c.address ? { address: c.address } : {}), ...(c.name ? { name: c.name } : {}) };
  const contact = { id: m.contact, ...(c.contact_name ? { name: c.contact_name } : {}), identities: JSON.parse(c.identities) as Identity[] };
  const conversation = { id: m.conversation, windowExpiresAt: c.window === null ? null : new Date(c.window).toISOString() };
  const consent = { state: told.state, scope: told.scope, source: told.source, ...(told.detail === undefined ? {} : { detail: told.detail }) };
  await appendEvents(
    tx,
    [
      {
        id: eventId(['parlance', 'consent', m.contact, m.channel, told.scope, told.state, String(told.nowMs)]),
        type: 'contact.consent',
        subject: m.conversation,
        source: `/channels/${c.id}`,
        tenant: m.tenant,
        channel: c.id,
        time: new Date(told.nowMs).toISOString(),
        data: { tenant: m.tenant, channel, contact, conversation, consent },
      },
    ],
    told.nowMs,
  );
}
