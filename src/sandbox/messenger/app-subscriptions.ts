import { randomInt } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';
import type { Poster } from '../core/poster.ts';
import type { MessengerAccount } from './accounts.ts';
import type { MessengerApp } from './apps.ts';
import { refuse } from './errors.ts';
import { firstFields, validFields } from './webhook-fields.ts';

type Platform = MessengerAccount['object'];
interface Subscription {
  readonly url: string;
  readonly fields: readonly string[];
}
const LIMITS = { connectMs: 5000, readMs: 5000 };
const isPlatform = (object: unknown): object is Platform => object === 'page' || object === 'instagram';

/** The first layer (messenger.md 1.1): per app and object the callback and its fields; at first what the simulator was given. */
export function createAppSubscriptions(poster: Poster) {
  const known = new Map<string, Subscription>();
  const of = (app: MessengerApp, object: Platform): Subscription => known.get(`${app.id} ${object}`) ?? { url: app.webhookUrl, fields: firstFields(object) };

  /** The handshake (messenger.md 1.2): 200, and the challenge exactly. */
  async function verified(url: string, token: string): Promise<boolean> {
    const challenge = String(randomInt(10 ** 9));
    const query = `hub.mode=subscribe&hub.challenge=${challenge}&hub.verify_token=${encodeURIComponent(token)}`;
    const outcome = await poster.post({ url: `${url}${url.includes('?') ? '&' : '?'}${query}`, method: 'GET', headers: { accept: '*/*' }, body: '' }, LIMITS);
    return outcome.kind === 'answered' && outcome.status === 200 && outcome.body === challenge;
  }
  return {
    of,
    /** POST /{app-id}/subscriptions */
    async set(app: MessengerApp, body: Readonly<Record<string, unknown>>): Promise<Answer> {
      const { object, callback_url: url, verify_token: token, fields: given } = body;
      if (!isPlatform(object)) return refuse('parameter', 'object');
      const fields = given === undefined ? of(app, object).fields : String(given).split(',');
      const wrong = fields.find((f) => !validFields(object).has(f));
      if (wrong !== undefined) return refuse('parameter', `fields: "${wrong}"`);
      if (typeof url !== 'string' || !URL.canParse(url) || typeof token !== 'string') return refuse('parameter', 'callback_url and verify_token are required');
      if (!(await verified(url, token))) return refuse('handshake');
      known.set(`${app.id} ${object}`, { url, fields });
      return { status: 200, body: { success: true } };
    },
    /** GET /{app-id}/subscriptions */
    show(app: MessengerApp, objects: readonly Platform[]): Answer {
      const data = objects.map((object) => {
        const { url, fields } = of(app, object);
        return { object, callback_url: url, active: true, fields: fields.map((name) => ({ name, version: 'v26.0' })) };
      });
      return { status: 200, body: { data } };
    },
  };
}
export type AppSubscriptions = ReturnType<typeof createAppSubscriptions>;
