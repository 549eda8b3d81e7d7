import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { MessengerAccount } from './accounts.ts';
import type { Person } from './people.ts';

/** "One message per comment or post, within 7 days" (messenger.md 4.6). */
const LIFE_MS = 7 * 24 * 3_600_000;
const digits = (n: number) => String(randomInt(10 ** 13)).padStart(n, '1');

/** Comments on posts of the business, as far as they can be replied to in private. */
export function createComments(clock: Clock) {
  const known = new Map<string, { account: string; person: Person; until: number; answered: boolean }>();
  return {
    make(account: MessengerAccount, person: Person): { comment: string; post: string } {
      const post = account.object === 'page' ? `${account.id}_${digits(13)}` : `183${digits(14)}`;
      const comment = account.object === 'page' ? `${post}_${digits(13)}` : `179${digits(14)}`;
      known.set(comment, { account: account.id, person, until: clock.now() + LIFE_MS, answered: false });
      return { comment, post };
    },
    /** Undefined: not a comment here, too old, or replied to already. */
    author(account: MessengerAccount, comment: string): Person | undefined {
      const found = known.get(comment);
      return found && found.account === account.id && !found.answered && found.until > clock.now() ? found.person : undefined;
    },
    answered(comment: string): void {
      const found = known.get(comment);
      if (found) found.answered = true;
    },
  };
}
export type Comments = ReturnType<typeof createComments>;
