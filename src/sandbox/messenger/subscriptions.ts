import type { Answer, Asked } from '../core/platform-server.ts';
import type { Failing } from '../meta/webhooks.ts';
import type { MessengerAccount } from './accounts.ts';

const HOUR = 3_600_000;
/** A few times at once, then now and then; after an hour of failure the app is unsubscribed (messenger.md 1.4). */
const RETRIES_S = [1, 2, 5, 30, 60, 120, 300];
const FIELDS =
  'messages,messaging_postbacks,messaging_optins,message_deliveries,message_reads,message_echoes,message_edits,message_reactions,messaging_referrals,messaging_handovers,standby';

/** Which accounts send webhooks to the app: all at first. */
export function createSubscriptions(accounts: readonly MessengerAccount[], log: (message: string) => void) {
  const subscribed = new Map(accounts.map((a) => [a.id, FIELDS]));
  return {
    has: (account: MessengerAccount): boolean => subscribed.has(account.id),
    retry({ attempt, failingSince, now }: Failing, account: string): number | null {
      if (now - failingSince >= HOUR && subscribed.delete(account)) log(`webhooks disabled: ${account} was unsubscribed after an hour of failures`);
      return subscribed.has(account) ? (RETRIES_S[attempt] ?? 300) * 1000 : null;
    },
    /** GET, POST and DELETE /{page-id}/subscribed_apps. */
    answer(asked: Asked, account: MessengerAccount): Answer {
      const own = subscribed.get(account.id);
      if (asked.method === 'GET') {
        const data = own === undefined ? [] : [{ category: 'Business', link: '', name: 'Parlance', id: account.appId, subscribed_fields: own.split(',') }];
        return { status: 200, body: { data } };
      }
      if (asked.method === 'DELETE') subscribed.delete(account.id);
      else subscribed.set(account.id, asked.query.get('subscribed_fields') ?? own ?? FIELDS);
      return { status: 200, body: { success: true } };
    },
  };
}
export type Subscriptions = ReturnType<typeof createSubscriptions>;
