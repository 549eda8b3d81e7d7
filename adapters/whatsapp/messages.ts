import { camel, camelRest, isObject, type Loose, Malformed, need, object, present, text, time } from '../_graph/loose.ts';
import type { FactBody, MessageFact } from '../facts.ts';
import { contentOf, mediaUrlOf } from './content.ts';
import { add, type Change } from './elements.ts';
import { addresses, type Names, type Person, phone, senderOf, userId } from './identity.ts';

type As = MessageFact['as'];
/** Where a message came by, and what that means for it. */
export interface Place {
  readonly as: As;
  readonly direction: 'inbound' | 'outbound';
  readonly people: readonly Person[];
}

/** Types that do not count as the customer writing: they open no window. */
const NO_WINDOW = new Set(['system', 'unsupported', 'reaction', 'request_welcome', 'edit', 'revoke']);
const REPLY_KEYS = ['id', 'from', 'from_user_id', 'from_parent_user_id', 'forwarded', 'frequently_forwarded'];

/** What stands beside content: kept under `platform`, camel case. */
function platformOf(m: Loose, person: Person): Readonly<Record<string, unknown>> | undefined {
  const context = object(m.context);
  const quoted = present({ from: text(context.from), userId: text(context.from_user_id), parentUserId: text(context.from_parent_user_id) });
  const platform = present({
    mediaUrl: mediaUrlOf(m),
    username: person.username,
    identityKeyHash: person.identityHash,
    groupId: text(m.group_id),
    logicalId: text(m.from_logical_id),
    quotedAuthor: Object.keys(quoted).length ? quoted : undefined,
    context: camelRest(context, REPLY_KEYS),
    identity: isObject(m.identity) ? camel(m.identity) : undefined,
    historyStatus: text(object(m.history_context).status),
    from: phone(m.from) || userId(m.from) ? undefined : text(m.from),
  });
  return Object.keys(platform).length ? platform : undefined;
}

function forwardedOf(context: Loose): 'yes' | 'often' | undefined {
  if (context.frequently_forwarded === true) return 'often';
  return context.forwarded === true ? 'yes' : undefined;
}

interface Read {
  readonly m: Loose;
  readonly id: string;
  readonly at: Date | null;
  readonly names: Names;
  readonly person: Person;
  readonly place: Place;
}

function messageBody({ m, id, names, person, place }: Read): FactBody {
  const context = object(m.context);
  const replyTo = text(context.id);
  const participant = names.group ? addresses({ ...names, group: undefined }) : [];
  return present({
    kind: 'message' as const,
    as: place.as,
    platformId: id,
    direction: place.direction,
    content: contentOf(m),
    replyTo: replyTo === undefined ? undefined : { platformId: replyTo },
    sender: names.group ? present({ name: person.name, identities: participant }) : undefined,
    forwarded: forwardedOf(context),
    referral: isObject(m.referral) ? (camel(m.referral) as Record<string, unknown>) : undefined,
    platform: platformOf(m, person),
    opensWindow: place.as === 'received' && place.direction === 'inbound' && !NO_WINDOW.has(text(m.type) ?? ''),
  });
}
function reactionBody({ m, id, place }: Read): FactBody {
  const r = object(m.reaction);
  const emoji = text(r.emoji);
  return present({
    kind: 'reaction' as const,
    platformId: id,
    action: emoji === undefined ? ('remove' as const) : ('add' as const),
    emoji,
    target: need(r.message_id, 'reaction.message_id'),
    by: place.direction === 'inbound' ? ('customer' as const) : ('business' as const),
  });
}
function editBody({ m, id, place }: Read): FactBody {
  const e = object(m.edit);
  return { kind: 'edit', platformId: id, target: need(e.original_message_id, 'edit.original_message_id'), direction: place.direction, content: contentOf(object(e.message)) };
}
function revokeBody({ m, id, place }: Read): FactBody {
  return {
    kind: 'delete',
    platformId: id,
    target: need(object(m.revoke).original_message_id, 'revoke.original_message_id'),
    by: place.direction === 'inbound' ? 'customer' : 'business',
  };
}
const MEANING: Readonly<Record<string, string>> = { reaction: 'reaction', edit: 'edit', revoke: 'delete' };
const BODIES: Readonly<Record<string, (read: Read) => FactBody>> = { reaction: reactionBody, edit: editBody, revoke: revokeBody };

/** `system`: the customer's number, id or security key changed. `addresses` name them as known before. */
function systemFact(change: Change, m: Loose, path: string): void {
  const id = need(m.id, 'id');
  const s = object(m.system);
  const kind = text(s.type) ?? 'other';
  const previous = addresses({ user: userId(s.previous_user_id), parent: userId(s.previous_parent_user_id), phone: phone(m.from) ?? phone(s.customer) });
  const current = addresses({ user: userId(s.user_id), parent: userId(s.parent_user_id), phone: phone(s.wa_id) ?? phone(s.new_wa_id) });
  const known = previous.length ? previous : addresses({ user: userId(m.from_user_id) });
  const identityOnly = kind === 'user_identity_changed' || kind === 'customer_identity_changed';
  const what = identityOnly ? 'identity' : kind.endsWith('changed_number') ? 'number' : kind === 'user_changed_user_id' ? 'user_id' : 'details';
  const all = known.length ? known : current;
  if (!all.length) throw new Malformed('no customer is named');
  const body: FactBody = present({
    kind: 'contact' as const,
    change: what as 'identity' | 'number' | 'user_id' | 'details',
    previous: identityOnly ? [] : previous,
    current: identityOnly ? [] : current,
    message: { platformId: id, content: contentOf(m) },
    platform: isObject(m.identity) ? { identity: camel(m.identity) } : undefined,
  });
  add(change, { addresses: all, at: time(m.timestamp), path, meaning: ['contact', id] }, body);
}

/** One element of `messages[]` or of its kin. */
export function readMessage(change: Change, place: Place): (m: Loose, path: string) => void {
  return (m, path) => {
    if (m.type === 'system' && place.direction === 'inbound') return systemFact(change, m, path);
    const id = need(m.id, 'id');
    const at = time(m.timestamp);
    const { names, person } = place.direction === 'inbound' ? senderOf(m, place.people) : recipientOf(m, place.people);
    const found = addresses(names);
    if (!found.length) throw new Malformed(place.direction === 'inbound' ? 'neither from nor from_user_id nor group_id' : 'no recipient');
    const type = text(m.type) ?? '';
    const meaning = MEANING[type] ?? 'message';
    add(
      change,
      { addresses: found, name: names.group ? undefined : person.name, at, path, meaning: [meaning, id] },
      (BODIES[type] ?? messageBody)({ m, id, at, names, person, place }),
    );
  };
}

/** The customer of a message that the business wrote (echo, history). */
function recipientOf(m: Loose, people: readonly Person[]): { names: Names; person: Person } {
  const own = { user: userId(m.to_user_id) ?? userId(m.to) ?? userId(m.recipient), phone: phone(m.to) };
  const person = people.find((p) => (own.user && p.user === own.user) || (own.phone && p.phone === own.phone)) ?? {};
  return {
    names: { user: own.user ?? person.user, parent: person.parent, phone: own.phone ?? person.phone, group: own.phone || own.user ? undefined : (text(m.group_id) ?? text(m.to)) },
    person,
  };
}
