import type { TwilioSender, Webhook } from './senders.ts';

/** A Messaging Service (sms.md 3.7): a pool of senders with settings of its own. */
export interface TwilioService {
  readonly sid: string;
  readonly accountSid: string;
  /** Its own webhook; a null address drops what comes in, and not even logs it (sms.md 1.1). */
  readonly webhook: Webhook;
  /** What comes in is told to the number's webhook instead. */
  readonly useInboundWebhookOnNumber: boolean;
  readonly statusCallback: string | null;
  readonly smartEncoding: boolean;
  /** Seconds; null: the default of ten hours. */
  readonly validityPeriod: number | null;
  readonly stickySender: boolean;
  /** A medium for a country without MMS goes as a link. */
  readonly mmsConverter: boolean;
  /** Words of its own and `OptOutType` on the webhook (sms.md 7). */
  readonly advancedOptOut: AdvancedOptOut | null;
}
export interface AdvancedOptOut {
  readonly stop?: readonly string[];
  readonly start?: readonly string[];
  readonly help?: readonly string[];
  readonly replies?: { readonly stop?: string; readonly start?: string; readonly help?: string };
}
export type GivenService = Pick<TwilioService, 'sid' | 'accountSid'> & Partial<Omit<TwilioService, 'webhook'>> & { readonly webhook?: Partial<Webhook> };

/** Services as given, and those that senders name, with the simulator's webhook. What is set by API replaces them. */
export function createServices(given: readonly GivenService[], senders: readonly TwilioSender[], webhookUrl: string) {
  const defaults = { url: webhookUrl, method: 'POST', fallbackUrl: null, fallbackMethod: 'POST' } as const;
  const whole = (s: GivenService): TwilioService => ({
    useInboundWebhookOnNumber: false,
    statusCallback: null,
    smartEncoding: false,
    validityPeriod: null,
    stickySender: true,
    mmsConverter: true,
    advancedOptOut: null,
    ...s,
    webhook: { ...defaults, ...s.webhook },
  });
  const known = new Map(given.map((s) => [s.sid, whole(s)]));
  for (const { messagingServiceSid: sid, accountSid } of senders) if (sid !== undefined && !known.has(sid)) known.set(sid, whole({ sid, accountSid }));
  return {
    find: (sid: string | null | undefined): TwilioService | undefined => (sid ? known.get(sid) : undefined),
    of: (accountSid: string): TwilioService[] => [...known.values()].filter((s) => s.accountSid === accountSid),
    set: (service: TwilioService) => void known.set(service.sid, service),
    pool: (sid: string): TwilioSender[] => senders.filter((s) => s.messagingServiceSid === sid),
  };
}
export type Services = ReturnType<typeof createServices>;

/** What is set on numbers, as it is now. */
export function createNumbers(webhookUrl: string) {
  const set = new Map<string, Webhook>();
  const key = (s: TwilioSender) => `${s.accountSid} ${s.address}`;
  const of = (sender: TwilioSender): Webhook => set.get(key(sender)) ?? { url: webhookUrl, method: 'POST', fallbackUrl: null, fallbackMethod: 'POST', ...sender.webhook };
  return { of, set: (sender: TwilioSender, changed: Partial<Webhook>) => void set.set(key(sender), { ...of(sender), ...changed }) };
}
export type Numbers = ReturnType<typeof createNumbers>;
