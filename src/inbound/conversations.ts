import type { Identity } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import type { Tx } from '../store/port.ts';
import { moveConsents } from './consents.ts';
import { canonicalPhone } from './phone-variants.ts';

export interface Conversation {
  readonly id: string;
  readonly channel: string;
  readonly tenant: string;
  readonly contact: string;
  name: string | null;
  identities: readonly Identity[];
  sendable: Identity | null;
  windowExpiresAt: number | null;
  readonly createdAt: number;
  readonly isNew: boolean;
  /** Numbers in a message of ours may be answered here. */
  readonly hasMenu?: boolean;
}
interface Alias {
  kind: string;
  value: string;
  conversation: string;
}
interface Known {
  id: string;
  channel: string;
  tenant: string;
  contact: string;
  sendable: string | null;
  window_expires_at: number | null;
  created_at: number;
  name: string | null;
  identities: string;
  has_menu: number | boolean;
}
/** An address that is known, and its conversation: the same object where several lead to one. */
interface Found {
  readonly kind: string;
  readonly value: string;
  readonly of: Known;
}
/** Two conversations that turned out to be one: `ended` goes over into the other. */
export interface Link {
  readonly ended: Conversation;
}
export interface Place {
  readonly id: string;
  readonly tenant: string;
}

interface Key {
  readonly kind: string;
  readonly value: string;
}
/** How addresses are looked up: by themselves, and phones by their national variants too. A group is its own address. */
function keysOf(addresses: readonly Identity[]): Key[] {
  const group = addresses.find((a) => a.type === 'group');
  const own = group ? [group] : addresses;
  return own.flatMap((a): Key[] =>
    a.type === 'phone'
      ? [
          { kind: 'phone', value: a.value },
          { kind: 'phone_variant', value: canonicalPhone(a.value) },
        ]
      : [{ kind: a.type, value: a.value }],
  );
}

// Aliases first, then each conversation once: joined, every alias would bring the whole conversation again.
const ALIAS = 'SELECT kind, value, conversation FROM aliases WHERE ';
const KNOWN = `SELECT c.id, c.channel, c.tenant, c.contact, c.sendable, c.window_expires_at, c.created_at, t.name, t.identities, EXISTS (SELECT 1 FROM menus n WHERE n.conversation = c.id) AS has_menu
  FROM conversations c JOIN contacts t ON t.id = c.contact WHERE c.id = $1`;
const selects = new Map<number, string>();
function aliasesOf(keys: number): string {
  let sql = selects.get(keys);
  if (!sql) {
    sql = Array.from({ length: keys }, (_, i) => `${ALIAS}channel = $1 AND kind = $${i * 2 + 2} AND value = $${i * 2 + 3}`).join(' UNION ALL '); // OR makes SQLite keep a table of what it has found
    selects.set(keys, sql);
  }
  return sql;
}
const toConversation = (f: Known): Conversation => ({
  id: f.id,
  channel: f.channel,
  tenant: f.tenant,
  contact: f.contact,
  name: f.name,
  identities: JSON.parse(f.identities) as Identity[],
  sendable: f.sendable ? (JSON.parse(f.sendable) as Identity) : null,
  windowExpiresAt: f.window_expires_at,
  createdAt: f.created_at,
  isNew: false,
  hasMenu: Boolean(f.has_menu),
});

async function lookUp(tx: Tx, channel: string, keys: readonly Key[]): Promise<Found[]> {
  if (!keys.length) return [];
  const aliases = await tx.all<Alias>(aliasesOf(keys.length), [channel, ...keys.flatMap((k) => [k.kind, k.value])]);
  const known = new Map<string, Known | undefined>();
  for (const { conversation } of aliases) if (!known.has(conversation)) known.set(conversation, (await tx.all<Known>(KNOWN, [conversation]))[0]);
  return aliases.flatMap(({ kind, value, conversation }) => {
    const of = known.get(conversation);
    return of ? [{ kind, value, of }] : [];
  });
}

/** A number that went to another person: found by phone alone, while the conversation has another user id and another current phone. */
function reassigned(found: Found, addresses: readonly Identity[], all: readonly Found[]): boolean {
  const user = addresses.find((a) => a.type === 'whatsapp_user');
  if (!user || !found.kind.startsWith('phone') || all.some((f) => f.of === found.of && f.kind === 'whatsapp_user' && f.value === user.value)) return false;
  const known = JSON.parse(found.of.identities) as Identity[];
  const users = known.filter((i) => i.type === 'whatsapp_user');
  const current = found.of.sendable ? (JSON.parse(found.of.sendable) as Identity) : null;
  return users.length > 0 && !users.some((u) => u.value === user.value) && current?.type === 'phone' && canonicalPhone(current.value) !== canonicalPhone(found.value);
}

/** The conversations of what was found, each once. */
const oldestFirst = (found: readonly Found[]): Known[] => [...new Set(found.map((f) => f.of))].sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));

async function addAliases(tx: Tx, conversation: Conversation, keys: readonly Key[]): Promise<void> {
  for (const key of keys)
    await tx.run(
      'INSERT INTO aliases (channel, kind, value, conversation) VALUES ($1,$2,$3,$4) ON CONFLICT (channel, kind, value) DO UPDATE SET conversation = excluded.conversation',
      [conversation.channel, key.kind, key.value, conversation.id],
    );
}
const merged = (known: readonly Identity[], more: readonly Identity[]): Identity[] => [
  ...known,
  ...more.filter((m) => !known.some((k) => k.type === m.type && k.value === m.value)),
];
async function keepIdentities(tx: Tx, conversation: Conversation, more: readonly Identity[]): Promise<void> {
  const all = merged(conversation.identities, more);
  if (all.length === conversation.identities.length) return;
  conversation.identities = all;
  await tx.run('UPDATE contacts SET identities = $2 WHERE id = $1', [conversation.contact, JSON.stringify(all)]);
}

async function create(tx: Tx, place: Place, seed: { addresses: readonly Identity[]; name: string | undefined; nowMs: number }): Promise<Conversation> {
  const identities = seed.addresses.filter((a) => a.type === 'group').length ? seed.addresses.filter((a) => a.type === 'group') : [...seed.addresses];
  const made: Conversation = {
    id: newId('cv_'),
    channel: place.id,
    tenant: place.tenant,
    contact: newId('ct_'),
    name: seed.name ?? null,
    identities,
    sendable: null,
    windowExpiresAt: null,
    createdAt: seed.nowMs,
    isNew: true,
  };
  await tx.run('INSERT INTO contacts (id, tenant, name, identities, created_at, erased_at) VALUES ($1,$2,$3,$4,$5,NULL)', [
    made.contact,
    place.tenant,
    made.name,
    JSON.stringify(identities),
    seed.nowMs,
  ]);
  await tx.run('INSERT INTO conversations (id, tenant, channel, contact, sendable, window_expires_at, created_at, moved_to) VALUES ($1,$2,$3,$4,NULL,NULL,$5,NULL)', [
    made.id,
    place.tenant,
    place.id,
    made.contact,
    seed.nowMs,
  ]);
  return made;
}

/** The conversation of these addresses without making one; null where none is known. */
export async function findConversation(tx: Tx, channel: string, addresses: readonly Identity[]): Promise<Conversation | null> {
  const found = (await lookUp(tx, channel, keysOf(addresses))).filter((f, _, all) => !reassigned(f, addresses, all));
  const [oldest] = oldestFirst(found);
  return oldest ? toConversation(oldest) : null;
}

/**
 * The conversation of these addresses, made when the customer is first seen. Unknown addresses become further aliases of it; where two
 * known ones turn out to be one person, the older goes on and `links` tells the others.
 */
export async function conversationFor(
  tx: Tx,
  place: Place,
  seed: { addresses: readonly Identity[]; name: string | undefined; nowMs: number },
): Promise<{ conversation: Conversation; links: Link[] }> {
  const keys = keysOf(seed.addresses);
  const found = (await lookUp(tx, place.id, keys)).filter((f, _, all) => !reassigned(f, seed.addresses, all));
  const distinct = oldestFirst(found).map(toConversation);
  const conversation = distinct[0] ?? (await create(tx, place, seed));
  const links: Link[] = [];
  for (const ended of distinct.slice(1)) {
    await tx.run('UPDATE aliases SET conversation = $2 WHERE conversation = $1', [ended.id, conversation.id]);
    await tx.run('UPDATE menus SET conversation = $2 WHERE conversation = $1', [ended.id, conversation.id]);
    await tx.run('UPDATE conversations SET moved_to = $2 WHERE id = $1', [ended.id, conversation.id]);
    await keepIdentities(tx, conversation, ended.identities);
    await moveConsents(tx, ended.contact, conversation.contact);
    links.push({ ended });
  }
  const missing = keys.filter((k) => !found.some((f) => f.kind === k.kind && f.value === k.value));
  if (missing.length) await addAliases(tx, conversation, missing);
  if (missing.length && !conversation.isNew) await keepIdentities(tx, conversation, keys[0]?.kind === 'group' ? [] : seed.addresses);
  if (seed.name && seed.name !== conversation.name) {
    conversation.name = seed.name;
    if (!conversation.isNew) await tx.run('UPDATE contacts SET name = $2 WHERE id = $1', [conversation.contact, seed.name]);
  }
  return { conversation, links };
}

/** Adds addresses that a platform's answer or a change of number names; those of another conversation are left to the next webhook, which links them. */
export async function addAddresses(tx: Tx, conversation: Conversation, addresses: readonly Identity[]): Promise<void> {
  const keys = keysOf(addresses);
  const taken = await lookUp(tx, conversation.channel, keys);
  await addAliases(
    tx,
    conversation,
    keys.filter((k) => !taken.some((f) => f.kind === k.kind && f.value === k.value)),
  );
  await keepIdentities(tx, conversation, addresses);
}

/** Keeps where answers go and how long the reply window is open; the window never moves back. */
export async function touch(tx: Tx, conversation: Conversation, change: { sendable?: Identity | undefined; windowExpiresAt?: number | undefined }): Promise<void> {
  const window = Math.max(conversation.windowExpiresAt ?? 0, change.windowExpiresAt ?? 0) || null;
  const sendable = change.sendable ?? conversation.sendable;
  const same = sendable?.type === conversation.sendable?.type && sendable?.value === conversation.sendable?.value;
  if (same && window === conversation.windowExpiresAt) return;
  conversation.windowExpiresAt = window;
  conversation.sendable = sendable;
  await tx.run('UPDATE conversations SET window_expires_at = $2, sendable = $3 WHERE id = $1', [conversation.id, window, sendable ? JSON.stringify(sendable) : null]);
}
