import { randomInt } from 'node:crypto';
import type { Answer, Asked } from '../core/platform-server.ts';
import { jsonObject } from '../meta/bearer.ts';
import { refuse } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';
import { type Fields, fields, isText } from './rules.ts';

const OK: Answer = { status: 200, body: { success: true } };
const FIELDS = ['messages', 'message_template_status_update'];
const BUDGET_MS = 5000;

/** The handshake of a callback address: GET with a challenge, answered 200 with the bare challenge (whatsapp.md 1.1). */
async function verified(callback: string, token: string): Promise<boolean> {
  const challenge = String(randomInt(10 ** 9, 2 * 10 ** 9));
  try {
    const url = new URL(callback);
    for (const [name, value] of Object.entries({ mode: 'subscribe', challenge, verify_token: token })) url.searchParams.set(`hub.${name}`, value);
    const response = await fetch(url, { signal: AbortSignal.timeout(BUDGET_MS) });
    return response.status === 200 && (await response.text()) === challenge;
  } catch {
    return false;
  }
}
/** Parameters of a call: in the query, as JSON or as a form. */
const parameters = ({ query, headers, body }: Asked): Fields => ({
  ...Object.fromEntries(query),
  ...(/json/.test(headers['content-type'] ?? '') ? jsonObject(body) : Object.fromEntries(new URLSearchParams(body.toString('utf8')))),
});
const badCallback = (why: string) => refuse(100, `Callback verification failed: ${why}`);

/** Which accounts send webhooks, and where to: the number's own address, else the account's, else the app's (whatsapp.md 1.5 and 1.6). */
export function createSubscriptions(numbers: readonly WhatsappNumber[], appUrl: string) {
  const subscribed = new Set(numbers.map((n) => n.businessAccountId));
  const overrides = new Map<string, string>();
  const app = { url: appUrl, fields: FIELDS };

  async function override(key: string, { override_callback_uri: uri, verify_token: token }: Fields): Promise<Answer> {
    if (uri === undefined || uri === '') {
      overrides.delete(key);
      return OK;
    }
    if (!isText(uri) || uri.length > 200) return badCallback('the address has more than 200 characters');
    if (!isText(token) || !(await verified(uri, token))) return badCallback('it did not answer with the challenge');
    overrides.set(key, uri);
    return OK;
  }
  return {
    has: (number: WhatsappNumber, field: string): boolean => subscribed.has(number.businessAccountId) && app.fields.includes(field),
    /** Overrides cover message fields; account fields always go to the app. */
    urlOf: (number: WhatsappNumber, field: string): string =>
      field === 'messages' ? (overrides.get(number.phoneNumberId) ?? overrides.get(number.businessAccountId) ?? app.url) : app.url,
    shown(number: WhatsappNumber): object {
      const [own, account] = [overrides.get(number.phoneNumberId), overrides.get(number.businessAccountId)];
      return { ...(own ? { phone_number: own } : {}), ...(account ? { whatsapp_business_account: account } : {}), application: app.url };
    },
    /** POST /{phone-number-id} with `webhook_configuration`. */
    ofNumber: (number: WhatsappNumber, configuration: unknown): Promise<Answer> => override(number.phoneNumberId, fields(configuration)),
    /** GET, POST and DELETE /{waba-id}/subscribed_apps. */
    async ofAccount(number: WhatsappNumber, asked: Asked, hidden: boolean): Promise<Answer> {
      const account = number.businessAccountId;
      if (asked.method === 'GET') {
        const uri = overrides.get(account);
        const one = {
          whatsapp_business_api_data: { id: number.appId ?? '', link: 'https://www.facebook.com/games/', name: 'Sandbox' },
          ...(uri ? { override_callback_uri: uri } : {}),
        };
        return { status: 200, body: { data: subscribed.has(account) && !hidden ? [one] : [] } };
      }
      if (asked.method === 'DELETE') {
        subscribed.delete(account);
        return OK;
      }
      const done = await override(account, parameters(asked)); // without a body it removes an override (whatsapp.md 1.6)
      if (done.status === 200) subscribed.add(account);
      return done;
    },
    /** GET and POST /{app-id}/subscriptions, with the app's own token. */
    async ofApp(asked: Asked): Promise<Answer> {
      const object = 'whatsapp_business_account';
      if (asked.method === 'GET')
        return { status: 200, body: { data: [{ object, callback_url: app.url, active: true, fields: app.fields.map((name) => ({ name, version: 'v26.0' })) }] } };
      const given = parameters(asked);
      if (given.object !== object) return refuse(100, `object must be ${object}`);
      if (!isText(given.callback_url) || !isText(given.verify_token) || !(await verified(given.callback_url, given.verify_token)))
        return badCallback('it did not answer with the challenge');
      app.url = given.callback_url;
      if (isText(given.fields)) app.fields = given.fields.split(',');
      return OK;
    },
  };
}
export type WhatsappSubscriptions = ReturnType<typeof createSubscriptions>;
