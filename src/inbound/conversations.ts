import type { Identity } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { markMessage } from '../store/message-chain.ts';
import type { Tx } from '../store/port.ts';
import { moveConsents } from './consents.ts';
import { type Found, type Key, type Known, lookUp, own, remember } from './known-conversations.ts';
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
  /** The newest of its messages, and how many there were; see store/message-chain.ts. */
  lastMessage: string | null;
  messages: number;
  readonly isNew: boolean;
  /** Numbers in a message of ours may be answered here. */
  readonly hasMenu?: boolean;
}
/** Two conversations that turned out to be one: `ended` goes over into the other. */
export interface Link {
  readonly ended: Conversation;
}
export interface Place {
  readonly id: string;
  readonly tenant: string;
}

/** How addresses are looked up: by themselves, and phones by their national variants too. A group is its own address. */
function keysOf(addresses: readonly Identity[]): Key[] {
  const group = addresses.find((a) => a.type === 'group');
  const named = group ? [group] : addresses;
  return named.flatMap((a): Key[] =>
    a.type === 'phone'
      ? [
          { kind: 'phone', value: a.value },
          { kind: 'phone_variant', value: canonicalPhone(a.value) },
        ]
      : [{ kind: a.type, value: a.value }],
  );
}

export const toConversation = (known: Known): Conversation => ({ ...known, isNew: false });

/** A number that went to another person: found by phone alone, while the conversation has another user id and another current phone. */
function reassigned(found: Found, addresses: readonly Identity[], all: readonly Found[]): boolean {
  const user = addresses.find((a) => a.type === 'whatsapp_user');
  if (!user || !found.kind.startsWith('phone') || all.some((f) => f.of === found.of && f.kind === 'whatsapp_user' && f.value === user.value)) return false;
  const users = found.of.identities.filter((i) => i.type === 'whatsapp_user');
  const current = found.of.sendable;
  return users.length > 0 && !users.some((u) => u.value === user.value) && current?.type === 'phone' && canonicalPhone(current.value) !== canonicalPhone(found.value);
}

/** The conversations of what was found, each once. */
const oldestFirst = (found: readonly Found[]): Known[] => [...new Set(found.map((f) => f.of))].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));

const PUT_ALIAS =
  'INSERT INTO aliases (channel, kind, value, conversation) VALUES ($1,$2,$3,$4) ON CONFLICT (channel, value, kind) DO UPDATE SET conversation = excluded.conversation';
/** `fresh`: none of these led anywhere until now. */
async function addAliases(tx: Tx, conversation: Conversation, keys: readonly Key[], fresh: boolean): Promise<void> {
  for (const key of keys) {
    const params = [conversation.channel, key.kind, key.value, conversation.id];
    await (fresh ? own(tx, PUT_ALIAS, params) : tx.run(PUT_ALIAS, params));
  }
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
    lastMessage: null,
    messages: 0,
    isNew: true,
  };
  await own(tx, 'INSERT INTO contacts (id, tenant, name, identities, created_at, erased_at) VALUES ($1,$2,$3,$4,$5,NULL)', [
    made.contact,
    place.tenant,
    made.name,
    JSON.stringify(identities),
    seed.nowMs,
  ]);
  await own(tx, 'INSERT INTO conversations (id, tenant, channel, contact, sendable, window_expires_at, created_at, moved_to) VALUES ($1,$2,$3,$4,NULL,NULL,$5,NULL)', [
    made.id,
    place.tenant,
    place.id,
    made.contact,
    seed.nowMs,
  ]);
  tx.numbers?.know(made.id, { seq: 0, seq_time: 0, seq_off: null });
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
  const leading = await lookUp(tx, place.id, keys);
  const found = leading.filter((f, _, all) => !reassigned(f, seed.addresses, all));
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
  if (missing.length) await addAliases(tx, conversation, missing, found.length === leading.length);
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
    true,
  );
  await keepIdentities(tx, conversation, addresses);
}

interface Touched {
  readonly sendable?: Identity | undefined;
  readonly windowExpiresAt?: number | undefined;
}
/** Whether anything is another than before; the window never moves back. */
function change(conversation: Pick<Conversation, 'sendable' | 'windowExpiresAt'>, touched: Touched): boolean {
  const window = Math.max(conversation.windowExpiresAt ?? 0, touched.windowExpiresAt ?? 0) || null;
  const sendable = touched.sendable ?? conversation.sendable;
  const same = sendable?.type === conversation.sendable?.type && sendable?.value === conversation.sendable?.value;
  if (same && window === conversation.windowExpiresAt) return false;
  conversation.windowExpiresAt = window;
  conversation.sendable = sendable;
  return true;
}
const sendableText = ({ sendable }: Pick<Conversation, 'sendable'>): string | null => (sendable ? JSON.stringify(sendable) : null);
/** Keeps where answers go and how long the reply window is open. */
export async function touch(tx: Tx, conversation: Conversation, touched: Touched): Promise<void> {
  if (!change(conversation, touched)) return;
  const { id, windowExpiresAt, sendable } = conversation;
  await own(tx, 'UPDATE conversations SET window_expires_at = $2, sendable = $3 WHERE id = $1', [id, windowExpiresAt, sendableText(conversation)]);
  remember(tx, id, { windowExpiresAt, sendable });
}
type Joined = Pick<Conversation, 'id' | 'sendable' | 'windowExpiresAt' | 'lastMessage' | 'messages'>;
/**
 * A message joins the conversation, with what it changes there; the id of the one before it, which the row of the message is to name
 * (store/message-chain.ts). `keepJoined` writes it down, once the message's events are appended: what they count is in the same row.
 */
export function joinMessage(conversation: Joined, message: string, touched: Touched = {}): string | null {
  const before = conversation.lastMessage;
  change(conversation, touched);
  conversation.lastMessage = message;
  conversation.messages++;
  return before;
}
const JOIN = 'UPDATE conversations SET window_expires_at = $2, sendable = $3, last_message = $4, messages = $5';
const JOIN_ALONE = `${JOIN} WHERE id = $1`;
const JOIN_COUNTED = `${JOIN}, seq = $6, seq_time = $7, seq_off = $8 WHERE id = $1`;
/** Writes down that the newest message has joined. */
export async function keepJoined(tx: Tx, conversation: Joined): Promise<void> {
  const { id, lastMessage, messages, windowExpiresAt, sendable } = conversation;
  const params = [id, windowExpiresAt, sendableText(conversation), lastMessage, messages];
  const count = tx.numbers?.countFor(id);
  await (count ? own(tx, JOIN_COUNTED, [...params, count.seq, count.seq_time, count.seq_off]) : own(tx, JOIN_ALONE, params));
  remember(tx, id, { windowExpiresAt, sendable, lastMessage, messages });
  if (lastMessage !== null) await markMessage(tx, { conversation: id, id: lastMessage, nth: messages });
}
