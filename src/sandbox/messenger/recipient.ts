import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import type { Comments } from './comments.ts';
import { refuse } from './errors.ts';
import type { People, Person } from './people.ts';
import { stateOf } from './people.ts';

/** Who is written to: one person; by a comment once, whatever the window; by `user_ref` without their id in the answer. */
export interface Recipient {
  readonly person: Person;
  readonly by: 'id' | 'user_ref' | 'comment';
  readonly comment?: string;
}
/** The variants of `recipient` (messenger.md 4.1 and 4.6). */
export function recipientOf(value: unknown, at: { account: MessengerAccount; people: People; comments: Comments }): Recipient | Answer {
  const { id, user_ref: ref, comment_id: comment, post_id: post, notification_messages_token: token, one_time_notif_token: once, phone_number: phone } = objectOf(value);
  const { account } = at;
  const nobody = () => refuse(account.object === 'page' ? 'noUser' : 'noUserInstagram');
  if (typeof id === 'string' && id !== '') {
    const person = at.people.find(account, id);
    return person && stateOf(person).send !== 'gone' ? { person, by: 'id' } : nobody();
  }
  if (typeof ref === 'string') {
    const person = at.people.byRef(account, ref);
    return person ? { person, by: 'user_ref' } : nobody();
  }
  const on = comment ?? post;
  if (typeof on === 'string') {
    const person = at.comments.author(account, on);
    return person ? { person, by: 'comment', comment: on } : refuse('privateReply');
  }
  // Recurring and one-time notifications ended on 2026-02-10 (messenger.md 0); matching by phone was never permitted here.
  if (token !== undefined || once !== undefined) return refuse('parameter', 'the notification token is expired');
  return phone === undefined ? refuse('parameter', 'param recipient must be non-empty') : refuse('phoneMatching');
}
