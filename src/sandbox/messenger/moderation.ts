import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import type { People } from './people.ts';

const ACTIONS = { page: ['block_user', 'unblock_user', 'ban_user', 'unban_user', 'move_to_spam'], instagram: ['block_user', 'unblock_user', 'move_to_spam'] } as const;
const [MOST_USERS, MOST_ACTIONS] = [10, 2];

/** POST /{page-id}/moderate_conversations (messenger.md 8.6): who is blocked is told nothing, and cannot be written to. */
export function moderate(body: Readonly<Record<string, unknown>>, account: MessengerAccount, people: People): Answer {
  const ids = Array.isArray(body.user_ids) ? body.user_ids.map((u) => String(objectOf(u).id ?? u)) : [];
  const actions = Array.isArray(body.actions) ? body.actions.map(String) : [];
  if (!ids.length || ids.length > MOST_USERS) return refuse('parameter', `user_ids must be 1 to ${MOST_USERS}`);
  if (!actions.length || actions.length > MOST_ACTIONS || actions.some((a) => !(ACTIONS[account.object] as readonly string[]).includes(a)))
    return refuse('parameter', `actions must be 1 to ${MOST_ACTIONS} of ${ACTIONS[account.object].join(', ')}`);
  const found = ids.map((id) => people.find(account, id));
  const missing = ids[found.indexOf(undefined)];
  if (missing !== undefined) return refuse(account.object === 'page' ? 'noUser' : 'noUserInstagram', missing);
  for (const person of found) {
    if (person && actions.some((a) => /^(?:block|ban)/.test(a))) person.state = 'blocked';
    if (person && actions.some((a) => /^un/.test(a)) && person.state === 'blocked') person.state = 'well';
  }
  return { status: 200, body: { result: Object.fromEntries(ids.map((id) => [id, actions])) } };
}
