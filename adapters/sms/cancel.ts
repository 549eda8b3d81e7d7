import type { Http } from '../_graph/http.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { SendOptions } from '../contract.ts';
import { request } from './client.ts';

/** Twilio's answer where a message is past recall: it lets go of scheduled ones alone. https://www.twilio.com/docs/api/errors/30409 */
const TOO_LATE = 409;

/** Takes back what Twilio holds; false: it does not let go of it. */
export async function cancel(http: Http, sid: string, { account, options }: { account: string; options: SendOptions }): Promise<boolean> {
  const [accountSid = ''] = account.split(' ');
  const path = `/2010-04-01/Accounts/${accountSid}/Messages/${encodeURIComponent(sid)}.json`;
  const answer = await request(http, { method: 'POST', path, contentType: 'application/x-www-form-urlencoded', body: 'Status=canceled' }, options);
  if (answer.status >= 200 && answer.status < 300) return true;
  if (answer.status === TOO_LATE) return false;
  throw new PlatformRefusal(answer.status, answer.body, answer.retryAfter);
}
