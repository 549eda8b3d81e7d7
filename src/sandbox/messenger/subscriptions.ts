import type { Answer, Asked } from '../core/platform-server.ts';
import type { Failing } from '../meta/webhooks.ts';
import type { MessengerAccount } from './accounts.ts';
import type { MessengerApp } from './apps.ts';
import { refuse } from './errors.ts';
import { firstFields, validFields } from './webhook-fields.ts';

const HOUR = 3_600_000;
/** A few times at once, then now and then; after an hour of failure the app is unsubscribed (messenger.md 1.4). */
const RETRIES_S = [1, 2, 5, 30, 60, 120, 300];
interface Parts {
  readonly apps: readonly MessengerApp[];
  readonly accounts: readonly MessengerAccount[];
  log(message: string): void;
}

/** Which fields of which accounts each app is told: at first, of all that it has a token for. */
export function createSubscriptions({ apps, accounts, log }: Parts) {
  const key = (app: { id: string }, account: string) => `${app.id} ${account}`;
  const fields = new Map(apps.flatMap((app) => accounts.filter((a) => app.tokens[a.id] !== undefined).map((a) => [key(app, a.id), firstFields(a.object)] as const)));

  function subscribe(given: string | null, account: MessengerAccount): readonly string[] | Answer {
    // A Page's list must be given, and replaces the one before; Instagram has every field of the app (1.1, gotcha 21).
    if (given === null) return account.object === 'page' ? refuse('parameter', 'The parameter subscribed_fields is required') : firstFields('instagram');
    const wanted = given.split(',').map((f) => f.trim());
    const wrong = wanted.find((f) => !validFields(account.object).has(f));
    return wrong === undefined ? wanted : refuse('parameter', `Param subscribed_fields must be one of {${[...validFields(account.object)].join(', ')}} - got "${wrong}"`);
  }
  return {
    has: (app: MessengerApp, account: MessengerAccount, field: string): boolean => fields.get(key(app, account.id))?.includes(field) ?? false,
    retryOf:
      (app: MessengerApp) =>
      ({ attempt, failingSince, now }: Failing, account: string): number | null => {
        if (now - failingSince >= HOUR && fields.delete(key(app, account))) log(`webhooks disabled: ${account} was unsubscribed after an hour of failures`);
        return fields.has(key(app, account)) ? (RETRIES_S[attempt] ?? 300) * 1000 : null;
      },
    /** GET, POST and DELETE /{page-id}/subscribed_apps. */
    answer(asked: Asked, given: string | null, { app, account }: { app: MessengerApp; account: MessengerAccount }): Answer {
      if (asked.method === 'GET') {
        const data = apps.flatMap(({ id }) => {
          const own = fields.get(key({ id }, account.id));
          return own ? [{ category: 'Business', link: '', name: `App ${id}`, id, subscribed_fields: own }] : [];
        });
        return { status: 200, body: { data } };
      }
      if (asked.method === 'DELETE') fields.delete(key(app, account.id));
      else if (asked.method !== 'POST') return refuse('node');
      else {
        const wanted = subscribe(given, account);
        if ('status' in wanted) return wanted;
        fields.set(key(app, account.id), wanted);
      }
      return { status: 200, body: { success: true } };
    },
  };
}
export type Subscriptions = ReturnType<typeof createSubscriptions>;
