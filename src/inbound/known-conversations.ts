import type { Identity } from '../../schemas/index.ts';
import type { Count } from '../store/numbers.ts';
import type { Tx } from '../store/port.ts';

/** A conversation and its contact, as they are in the store. The same object for all who look it up, so never changed but by `remember`. */
export interface Known {
  readonly id: string;
  readonly channel: string;
  readonly tenant: string;
  readonly contact: string;
  readonly sendable: Identity | null;
  readonly windowExpiresAt: number | null;
  readonly createdAt: number;
  /** The newest of its messages, and how many there were; see store/message-chain.ts. */
  readonly lastMessage: string | null;
  readonly messages: number;
  readonly name: string | null;
  readonly identities: readonly Identity[];
  /** Numbers in a message of ours may be answered there. */
  readonly hasMenu: boolean;
}
/** An address, as it is looked up; kind: see tables.ts. */
export interface Key {
  readonly kind: string;
  readonly value: string;
}
/** An address that is known, and its conversation: the same object where several lead to one. */
export interface Found extends Key {
  readonly of: Known;
}
interface Alias extends Key {
  readonly conversation: string;
}
/** A conversation and its contact as PERSON_COLUMNS of `conversations c` and `contacts t` tell them. */
export interface PersonRow {
  id: string;
  channel: string;
  tenant: string;
  contact: string;
  sendable: string | null;
  window_expires_at: number | null;
  created_at: number;
  last_message: string | null;
  messages: number;
  name: string | null;
  identities: string;
  has_menu?: number | boolean;
}
export const PERSON_COLUMNS = 'c.id, c.channel, c.tenant, c.contact, c.sendable, c.window_expires_at, c.created_at, c.last_message, c.messages, t.name, t.identities';

// Aliases first, then each conversation once: joined, every alias would bring the whole conversation again. By value alone, since a number and
// its variant, mostly the same, stand side by side: a look for each would go down the tree once more.
const ALIAS = 'SELECT kind, value, conversation FROM aliases WHERE channel = $1 AND value = ';
const withContact = (more: string) => `SELECT ${PERSON_COLUMNS}${more}, EXISTS (SELECT 1 FROM menus n WHERE n.conversation = c.id) AS has_menu
  FROM conversations c JOIN contacts t ON t.id = c.contact WHERE c.id = $1`;
const KNOWN = withContact('');
const KNOWN_COUNTED = withContact(', c.seq, c.seq_time, c.seq_off');
const selects = new Map<number, string>();
function aliasesOf(values: number): string {
  let sql = selects.get(values);
  if (!sql) {
    sql = Array.from({ length: values }, (_, i) => `${ALIAS}$${i + 2}`).join(' UNION ALL '); // OR makes SQLite keep a table of what it has found
    selects.set(values, sql);
  }
  return sql;
}
export const toKnown = (r: PersonRow): Known => ({
  id: r.id,
  channel: r.channel,
  tenant: r.tenant,
  contact: r.contact,
  sendable: r.sendable ? (JSON.parse(r.sendable) as Identity) : null,
  windowExpiresAt: r.window_expires_at,
  createdAt: r.created_at,
  lastMessage: r.last_message,
  messages: r.messages,
  name: r.name,
  identities: JSON.parse(r.identities) as Identity[],
  hasMenu: Boolean(r.has_menu),
});

/** So many of each are kept, a conversation about a kilobyte; then it begins anew. */
const MOST = 10_000;
/**
 * What the last look-ups found, for a writer that is the only one: customers write several messages in a row, and a
 * look-up takes two statements. It holds as long as nobody else wrote to these tables and nothing was undone (Tx.peopleVersion);
 * who writes by `own` says by `remember` what changed. Only what is looked up again is kept: of a million conversations few are, and what is
 * kept in vain costs the garbage collector.
 */
interface Kept {
  version: number;
  /** Conversations that were looked up once. */
  readonly once: Set<string>;
  readonly known: Map<string, Known>;
  /** Look-ups that led to known conversations alone, and of which every key was found: a new alias can not change them. */
  readonly aliases: Map<string, readonly Alias[]>;
}
const keptOf = new WeakMap<Tx, Kept>();
function kept(tx: Tx): Kept | null {
  if (!tx.peopleVersion) return null;
  let mine = keptOf.get(tx);
  if (!mine) {
    mine = { version: tx.peopleVersion(), once: new Set(), known: new Map(), aliases: new Map() };
    keptOf.set(tx, mine);
  }
  if (mine.version !== tx.peopleVersion()) {
    mine.version = tx.peopleVersion();
    mine.known.clear();
    mine.aliases.clear();
  }
  return mine;
}

/** Writes to the tables of conversations and contacts what leaves every look-up as it is, but for what `remember` is told next. */
export async function own(tx: Tx, sql: string, params: readonly unknown[]): Promise<void> {
  const mine = kept(tx);
  await tx.run(sql, params);
  if (mine && tx.peopleVersion) mine.version = tx.peopleVersion();
}
/** A conversation changed by `own`, in so far as it is remembered. */
export function remember(tx: Tx, conversation: string, change: Partial<Known>): void {
  const mine = kept(tx);
  const known = mine?.known.get(conversation);
  if (mine && known) mine.known.set(conversation, { ...known, ...change });
}

const nameOf = (channel: string, keys: readonly Key[]) => keys.reduce((text, k) => `${text} ${k.kind} ${k.value.length} ${k.value}`, channel);
async function askAliases(tx: Tx, channel: string, keys: readonly Key[]): Promise<readonly Alias[]> {
  const values = [...new Set(keys.map((k) => k.value))];
  const standing = await tx.all<Alias>(aliasesOf(values.length), [channel, ...values]);
  return keys.flatMap((k) => standing.find((a) => a.kind === k.kind && a.value === k.value) ?? []);
}
async function askKnown(tx: Tx, id: string): Promise<Known | undefined> {
  const [row] = await tx.all<PersonRow & Count>(tx.numbers ? KNOWN_COUNTED : KNOWN, [id]);
  if (!row) return undefined;
  tx.numbers?.know(id, row);
  return toKnown(row);
}
function roomIn<C extends { readonly size: number; clear(): void }>(kept: C): C {
  if (kept.size >= MOST) kept.clear();
  return kept;
}
async function knownById(tx: Tx, id: string): Promise<Known | undefined> {
  const mine = kept(tx);
  const before = mine?.known.get(id);
  if (before) return before;
  const known = await askKnown(tx, id);
  if (!mine || !known) return known;
  if (mine.once.delete(id)) roomIn(mine.known).set(id, known);
  else roomIn(mine.once).add(id);
  return known;
}

/** The conversations of a channel that these addresses lead to. */
export async function lookUp(tx: Tx, channel: string, keys: readonly Key[]): Promise<Found[]> {
  if (!keys.length) return [];
  const mine = kept(tx);
  const name = mine ? nameOf(channel, keys) : '';
  const before = mine?.aliases.get(name);
  const aliases = before ?? (await askAliases(tx, channel, keys));
  const found: Found[] = [];
  for (const { kind, value, conversation } of aliases) {
    const of = found.find((f) => f.of.id === conversation)?.of ?? (await knownById(tx, conversation));
    if (of) found.push({ kind, value, of });
  }
  if (mine && !before && aliases.length === keys.length && aliases.every((a) => mine.known.has(a.conversation))) roomIn(mine.aliases).set(name, aliases);
  return found;
}
