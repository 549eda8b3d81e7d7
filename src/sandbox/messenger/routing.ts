import type { Clock } from '../core/clock.ts';
import type { MessengerAccount } from './accounts.ts';
import type { Person } from './people.ts';

const DAY = 24 * 3_600_000;
/** The Business Suite inbox is an app too (messenger.md 10.1). */
export const INBOX = { page: '263902037430900', instagram: '1217981644879628' } as const;

/** Who owns a thread (messenger.md 10.1): an app until some time, or nobody: then it is idle, and the default app's to answer. */
export function createRouting(clock: Clock) {
  const owners = new Map<string, { appId: string; until: number }>();
  const key = (account: MessengerAccount, person: Person) => `${account.id} ${person.id}`;
  const current = (account: MessengerAccount, person: Person) => {
    const found = owners.get(key(account, person));
    return found && found.until > clock.now() ? found : null;
  };
  const holder = (account: MessengerAccount, person: Person) => current(account, person)?.appId ?? account.routing?.defaultApp ?? null;
  return {
    owner: current,
    /** Without routing every app is told everything and may answer (messenger.md 10.1, "default behaviour"). */
    holds: (appId: string, account: MessengerAccount, person: Person): boolean => !account.routing || holder(account, person) === appId,
    give(account: MessengerAccount, person: Person, appId: string): void {
      owners.set(key(account, person), { appId, until: clock.now() + DAY });
    },
    release: (account: MessengerAccount, person: Person) => void owners.delete(key(account, person)),
    extend(account: MessengerAccount, person: Person, ms: number): void {
      const found = current(account, person);
      if (found) found.until = clock.now() + ms;
    },
    /** What the customer writes wakes the thread, or keeps its owner for a day more. */
    acted(account: MessengerAccount, person: Person): void {
      if (!account.routing) return;
      const found = current(account, person);
      if (found) found.until = Math.max(found.until, clock.now() + DAY);
      else owners.set(key(account, person), { appId: account.routing.defaultApp, until: clock.now() + DAY });
    },
  };
}
export type Routing = ReturnType<typeof createRouting>;
