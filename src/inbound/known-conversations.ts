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

/** So many of each are kept, about a kilobyte each, and as many names of those looked up once; then it begins anew. */
const MOST = 10_000;
/** Only what is looked up again is kept: of a million conversations few are, and what is kept in vain costs the garbage collector. */
interface LookUps<V> {
  readonly once: Set<string>;
  readonly again: Map<string, V>;
}
const noLookUps = <V>(): LookUps<V> => ({ once: new Set(), again: new Map() });
function keep<V>({ once, again }: LookUps<V>, name: string, found: V): void {
  if (once.delete(name)) {
    if (again.size >= MOST) again.clear();
    again.set(name, found);
  } else {
    if (once.size >= MOST) once.clear();
    once.add(name);
  }
}
/**
 * What the last look-ups found, for a writer that is the only one: customers write several messages in a row, and a
 * look-up takes two statements. It holds as long as nobody else wrote to these tables and nothing was undone (Tx.peopleVersion);
 * who writes by `own` says by `remember` what changed.
 */
interface Kept {
  version: number;
  /** Look-ups of which every key was found: a new alias can not change them. */
  readonly aliases: LookUps<readonly Alias[]>;
  readonly known: LookUps<Known>;
}
const keptOf = new WeakMap<Tx, Kept>();
function kept(tx: Tx): Kept | null {
  if (!tx.peopleVersion) return null;
  let mine = keptOf.get(tx);
  if (!mine) {
    mine = { version: tx.peopleVersion(), aliases: noLookUps(), known: noLookUps() };
    keptOf.set(tx, mine);
  }
  if (mine.version !== tx.peopleVersion()) {
    mine.version = tx.peopleVersion();
    mine.aliases.again.clear();
    mine.known.again.clear();
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
  const known = mine?.known.again.get(conversation);
  if (mine && known) mine.known.again.set(conversation, { ...known, ...change });
}

async function aliases(tx: Tx, channel: string, keys: readonly Key[]): Promise<readonly Alias[]> {
  const mine = kept(tx);
  const name = mine ? keys.reduce((text, k) => `${text} ${k.kind} ${k.value.length} ${k.value}`, channel) : '';
  const before = mine?.aliases.again.get(name);
  if (before) return before;
  const values = [...new Set(keys.map((k) => k.value))];
  const standing = await tx.all<Alias>(aliasesOf(values.length), [channel, ...values]);
  const found = keys.flatMap((k) => standing.find((a) => a.kind === k.kind && a.value === k.value) ?? []);
  if (mine && found.length === keys.length) keep(mine.aliases, name, found);
  return found;
}
async function knownById(tx: Tx, id: string): Promise<Known | undefined> {
  const mine = kept(tx);
  const before = mine?.known.again.get(id);
  if (before) return before;
  const [row] = await tx.all<PersonRow & Count>(tx.numbers ? KNOWN_COUNTED : KNOWN, [id]);
  if (row) tx.numbers?.know(id, row);
  const known = row && toKnown(row);
  if (mine && known) keep(mine.known, id, known);
  return known;
}

/** The conversations of a channel that these addresses lead to. */
export async function lookUp(tx: Tx, channel: string, keys: readonly Key[]): Promise<Found[]> {
  if (!keys.length) return [];
  const found: Found[] = [];
  for (const { kind, value, conversation } of await aliases(tx, channel, keys)) {
    const of = found.find((f) => f.of.id === conversation)?.of ?? (await knownById(tx, conversation));
    if (of) found.push({ kind, value, of });
  }
  return found;
}
