import { camel, canonical, type Loose, object, present, text, time } from '../loose.ts';
import { some } from './item.ts';
import type { Change, ChangeReader } from './product.ts';

/** `created_time` is in seconds, or ISO text; else the time of the notification. */
function atOf({ value, entryTime }: Change): Date | null {
  const iso = Date.parse(typeof value.created_time === 'string' && /\D/.test(value.created_time) ? value.created_time : '');
  return Number.isNaN(iso) ? time(value.created_time ?? entryTime) : new Date(iso);
}
/** What tells one change of a comment or post from the next; a boosted post brings the same comment twice, with another `media`. */
const TELLS = ['item', 'verb', 'created_time', 'message', 'text', 'reaction_type'];

/** A comment, post, reaction or mention on the Page or account. What it does there itself needs no event. */
export const comment =
  (nameOf: (value: Loose) => string): ChangeReader =>
  (change) => {
    const { value, entryId, field, product } = change;
    const from = object(value.from);
    const who = text(from.id);
    const name = nameOf(value);
    const platformId = text(value.comment_id) ?? text(value.id) ?? text(value.post_id) ?? text(value.media_id);
    const tells = canonical({ ...Object.fromEntries(TELLS.map((key) => [key, value[key] ?? null])), from: who ?? null });
    const at = atOf(change);
    if (who !== undefined && who === entryId)
      return { meaning: ['absorbed', field, canonical(value)], at, body: { kind: 'absorbed', reason: name.endsWith('comment') ? 'own_comment' : 'own_post' } };
    return {
      meaning: ['activity', name, platformId ?? '', tells],
      at,
      addresses: who === undefined ? [] : [{ type: product.customer, value: who }],
      name: text(from.name),
      body: present({ kind: 'activity' as const, activity: name, platformId, platform: some(camel(value) as Loose) }),
    };
  };

/** What concerns the account and not one customer, or whose shape Meta does not publish: told whole, under the field's word. */
export const activityField: ChangeReader = (change) => {
  const { value, field, product } = change;
  const who = text(object(value.user).id) ?? text(object(value.from).id);
  return {
    meaning: ['activity', field, text(value.id) ?? '', canonical({ value, time: change.entryTime })],
    at: atOf(change),
    addresses: who === undefined ? [] : [{ type: product.customer, value: who }],
    body: present({ kind: 'activity' as const, activity: field, platformId: text(value.id), platform: some(camel(value) as Loose) }),
  };
};
/** State of the account: a template reviewed, an integrity case. */
export const channelField =
  (what: string): ChangeReader =>
  (change) => {
    const { value, field } = change;
    const event = text(value.event) ?? text(value.status) ?? text(value.action);
    return {
      meaning: ['channel', field, canonical({ value, time: change.entryTime })],
      at: atOf(change),
      body: present({ kind: 'channel' as const, change: what, field, event, platform: some(camel(value) as Loose) }),
    };
  };
