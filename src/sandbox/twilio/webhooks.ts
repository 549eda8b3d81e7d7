import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { createLanes } from '../core/lanes.ts';
import type { Outcome, Poster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { createWebhookFaults } from '../core/webhook-faults.ts';
import { triesOf } from './overrides.ts';
import { sign } from './signature.ts';
import { twisted } from './twist.ts';

export interface Target {
  /** As configured, fragment and all. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
}
export interface TwilioHook extends Target {
  readonly authToken: string;
  /** Webhooks about one message go out one after the other. */
  readonly lane: string;
  readonly form: Readonly<Record<string, string>>;
  /** An event instead of a form. */
  readonly json?: object;
  /** Called when the first is away: with the same parameters, and what went wrong (sms.md 1.5). */
  readonly fallback?: Target | null;
  /** The body of a good answer, where somebody reads it. */
  answered?(answer: { type: string; body: string }): void;
}
/** The word of connection overrides for what went wrong; null: it went well. */
function faultOf(outcome: Outcome): keyof typeof ERROR_CODES | null {
  if (outcome.kind !== 'answered') return outcome.kind === 'connect' ? 'ct' : 'rt';
  if (redirectOf(outcome) !== null) return '3xx'; // it was followed as far as it goes
  return outcome.status >= 500 ? '5xx' : outcome.status >= 400 ? '4xx' : null;
}
/** The debugger's codes (sms.md 1.9). */
const ERROR_CODES = { ct: '11205', rt: '11200', '3xx': '11215', '4xx': '11200', '5xx': '11200' } as const;
const BETWEEN_MS = 100;
const MOST_REDIRECTS = 10;
const redirectOf = (outcome: Outcome): string | null => (outcome.kind === 'answered' && outcome.status >= 300 && outcome.status < 400 ? (outcome.location ?? null) : null);

/** Signed webhooks. By default only a failed connect is tried again, once; then the fallback, and the message stays in the list alone. */
export function createTwilioWebhooks({ clock, poster, steering = createSteering(), log }: { clock: Clock; poster: Poster; steering?: Steering; log(message: string): void }) {
  const faults = createWebhookFaults(steering, clock);
  const lanes = createLanes();
  /** One attempt, over redirects: each address is signed for itself (sms.md 1.5; that it is, is unconfirmed). */
  async function attempt(hook: TwilioHook, limits: { connectMs: number; readMs: number }, token: string): Promise<Outcome> {
    let at = hook.url;
    for (let hop = 0; ; hop++) {
      const signed = sign({ url: at, method: hook.method, form: hook.form, json: hook.json }, faults.secret('sms', [hook.authToken]));
      const headers = {
        ...(signed.type === null ? {} : { 'content-type': signed.type }),
        'x-twilio-signature': signed.signature,
        'i-twilio-idempotency-token': token,
        'user-agent': 'TwilioProxy/1.1',
        accept: '*/*',
      };
      const outcome = await poster.post({ url: signed.url, method: signed.method, headers, body: signed.body }, limits);
      const next = redirectOf(outcome);
      if (next === null || hop >= MOST_REDIRECTS) return outcome;
      at = new URL(next, at).href;
    }
  }
  async function attempts(hook: TwilioHook): Promise<Outcome> {
    const { url, tries } = triesOf(hook.url);
    const token = randomUUID();
    const until = clock.now() + tries.totalMs;
    for (let tried = 0; ; tried++) {
      const left = Math.max(until - clock.now(), 1);
      const outcome = faults.seen('sms', {
        outcome: await attempt({ ...hook, url }, { connectMs: Math.min(tries.connectMs, left), readMs: Math.min(tries.readMs, left) }, token),
        attempt: tried,
      });
      const fault = faultOf(outcome);
      if (fault === null) return outcome;
      log(`webhook failed (${outcome.kind === 'answered' ? outcome.status : outcome.message})`);
      const again = tried < tries.again && (tries.after.has(fault) || tries.after.has('all')) && clock.now() + BETWEEN_MS < until;
      if (!again) return outcome;
      await new Promise<void>((resolve) => clock.later(BETWEEN_MS, resolve));
    }
  }
  async function deliver(hook: TwilioHook): Promise<void> {
    const outcome = await attempts(hook);
    const fault = faultOf(outcome);
    if (fault === null) return void (outcome.kind === 'answered' && hook.answered?.(outcome));
    const { fallback, ...rest } = hook;
    if (fallback) await deliver({ ...rest, ...fallback, form: { ...hook.form, ErrorCode: ERROR_CODES[fault], ErrorUrl: hook.url.split('#')[0] ?? '' } });
  }
  return {
    send(hook: TwilioHook): void {
      const told = { ...hook, form: twisted(hook.form, faults.twist('sms')) };
      const statusOf = hook.form.MessageStatus === undefined || hook.form.SmsStatus === 'received' ? undefined : hook.form.MessageSid;
      faults.release({ channel: 'sms', lane: hook.lane, statusOf }, (lane) => lanes.run(lane, () => deliver(told)));
    },
  };
}
export type TwilioWebhooks = ReturnType<typeof createTwilioWebhooks>;
