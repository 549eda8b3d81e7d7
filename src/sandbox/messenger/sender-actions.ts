import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import type { Person } from './people.ts';
import type { Threads } from './threads.ts';

const ACTIONS = new Set(['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']);
/** Names that stand for an emoji (messenger.md 2.9 and 6). */
export const REACTIONS: Readonly<Record<string, string>> = { love: '❤️', smile: '😆', laugh: '😆', wow: '😮', sad: '😢', angry: '😠', like: '👍', dislike: '👎' };

/** `sender_action` (messenger.md 4.4): typing, seen, and the business's reaction to a message of the thread. */
export function act(body: Readonly<Record<string, unknown>>, at: { account: MessengerAccount; person: Person; threads: Threads }): Answer {
  const { sender_action: action } = body;
  if (typeof action !== 'string' || !ACTIONS.has(action)) return refuse('parameter', 'param sender_action');
  const done: Answer = { status: 200, body: { recipient_id: at.person.id } };
  if (action !== 'react' && action !== 'unreact') return done;
  const { message_id: mid, reaction } = objectOf(body.payload);
  const message = at.threads.message(at.account, at.person, mid);
  if (!message) return refuse('parameter', 'param payload[message_id]');
  if (action === 'unreact') {
    message.reactions?.delete('business');
    return done;
  }
  if (typeof reaction !== 'string' || reaction === '') return refuse('parameter', 'param payload[reaction]');
  message.reactions?.set('business', { reaction: Object.hasOwn(REACTIONS, reaction) ? reaction : 'other', emoji: REACTIONS[reaction] ?? reaction });
  return done;
}
