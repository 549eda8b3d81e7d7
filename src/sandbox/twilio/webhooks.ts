import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { createLanes } from '../core/lanes.ts';
import type { Outcome, Poster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { createWebhookFaults } from '../core/webhook-faults.ts';
import { triesOf } from './overrides.ts';
import { twisted } from './twist.ts';

export interface TwilioHook {
  /** As configured, fragment and all. */
  readonly url: string;
  readonly authToken: string;
  /** Webhooks about one message go out one after the other. */
  readonly lane: string;
  readonly form: Readonly<Record<string, string>>;
  /** The body of a good answer, where somebody reads it. */
  answered?(answer: { type: string; body: string }): void;
}
/** The address as given, then every parameter by name, name and value one after the other: HMAC-SHA1 in base64 (sms.md 1.6). */
export function twilioSignature(url: string, form: Readonly<Record<string, string>>, authToken: string): string {
  const data = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + (form[name] ?? ''), url);
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64');
}
/** The word of connection overrides for what went wrong; null: it went well. */
function faultOf(outcome: Outcome): 'ct' | 'rt' | '4xx' | '5xx' | null {
  if (outcome.kind !== 'answered') return outcome.kind === 'connect' ? 'ct' : 'rt';
  return outcome.status >= 500 ? '5xx' : outcome.status >= 400 ? '4xx' : null;
}
const BETWEEN_MS = 100;

/** Signed form posts. By default only a failed connect is tried again, once; the message then stays in the list alone. */
export function createTwilioWebhooks({ clock, poster, steering = createSteering(), log }: { clock: Clock; poster: Poster; steering?: Steering; log(message: string): void }) {
  const faults = createWebhookFaults(steering, clock);
  const lanes = createLanes();
  async function deliver(hook: TwilioHook, form: TwilioHook['form']): Promise<void> {
    const { url, tries } = triesOf(hook.url);
    const token = randomUUID();
    const signed = () => ({
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': twilioSignature(url, form, faults.secret('sms', [hook.authToken])),
      'i-twilio-idempotency-token': token,
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
    });
    const body = new URLSearchParams(form).toString();
    const until = clock.now() + tries.totalMs;
    for (let attempt = 0; ; attempt++) {
      const left = Math.max(until - clock.now(), 1);
      const limits = { connectMs: Math.min(tries.connectMs, left), readMs: Math.min(tries.readMs, left) };
      const outcome = faults.seen('sms', { outcome: await poster.post({ url, headers: signed(), body }, limits), attempt });
      const fault = faultOf(outcome);
      if (fault === null) return void (outcome.kind === 'answered' && hook.answered?.(outcome));
      log(`webhook failed (${outcome.kind === 'answered' ? outcome.status : outcome.message})`);
      const again = attempt < tries.again && (tries.after.has(fault) || tries.after.has('all')) && clock.now() + BETWEEN_MS < until;
      if (!again) return;
      await new Promise<void>((resolve) => clock.later(BETWEEN_MS, resolve));
    }
  }
  return {
    send(hook: TwilioHook): void {
      const form = twisted(hook.form, faults.twist('sms'));
      faults.release('sms', hook.lane, (lane) => lanes.run(lane, () => deliver(hook, form)));
    },
    statuses: faults.statuses,
  };
}
