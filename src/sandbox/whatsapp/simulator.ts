import { type Clock, createClock } from '../core/clock.ts';
import type { FaultKind } from '../core/fault-kinds.ts';
import { createFetcher } from '../core/fetcher.ts';
import type { Phones } from '../core/phones.ts';
import { type Answer, type Asked, createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { graphPath } from '../meta/bearer.ts';
import { createMetaWebhooks, type Failing } from '../meta/webhooks.ts';
import { createNumberState, type NumberState } from './account.ts';
import { createCustomers } from './customers.ts';
import { createDelivery } from './delivery.ts';
import { refuse } from './errors.ts';
import { createGraph } from './graph.ts';
import { createLimits } from './limits.ts';
import { createMedia } from './media.ts';
import type { WhatsappNumber } from './numbers.ts';
import { createScripted } from './scripted.ts';
import { checkSend } from './send.ts';
import { createSubscriptions } from './subscriptions.ts';
import { pullTemplate } from './template-routes.ts';
import { createTemplates } from './templates.ts';
import { accountEnvelope, envelope, templateValue } from './values.ts';

/**
 * A WhatsApp Cloud API on loopback, by Meta's own rules and wire formats. It shares no code with the gateway, so that what the
 * gateway believes of the platform is checked by something that does not believe it.
 */
export interface WhatsappSimulatorOptions {
  /** At least one. */
  readonly numbers: readonly WhatsappNumber[];
  /** Where webhooks go, signed exactly as given. */
  readonly webhookUrl: string;
  readonly clock?: Clock;
  readonly steering?: Steering;
  /** Where an address of the business really leads, for media that it names. */
  readonly route?: (url: URL) => URL;
  log(message: string): void;
}
const GIVEN_UP_MS = 7 * 24 * 3_600_000;
/** At once, then less and less often, for 7 days (whatsapp.md 1.4). */
const RETRIES_S = [0.5, 1, 2, 4, 8, 16, 30, 60, 300, 600, 1800, 3600, 10_800];
const retry = ({ attempt, firstAt, now }: Failing) => (now - firstAt > GIVEN_UP_MS ? null : (RETRIES_S[attempt] ?? 10_800) * 1000);
const GATHER_MS = 10;

export function createWhatsappSimulator({ numbers, webhookUrl, clock = createClock(), steering = createSteering(), route, log }: WhatsappSimulatorOptions) {
  const server = createPlatformServer((asked) => graph(asked), { steering, channel: 'whatsapp', refusals });
  const poster = createPoster();
  const webhooks = createMetaWebhooks({ url: webhookUrl, clock, poster, steering, gatherMs: GATHER_MS, retry, log });
  const media = createMedia({ clock, url: server.url });
  const limits = createLimits({ now: clock.now, on: steering.limits });
  const subscriptions = createSubscriptions(numbers, webhookUrl);
  const scripted = createScripted();
  const states = new Map<string, NumberState>(numbers.map((n) => [n.phoneNumberId, createNumberState(n, clock.now)]));
  const stateOf = (number: WhatsappNumber): NumberState => states.get(number.phoneNumberId) ?? createNumberState(number, clock.now);

  function hook(number: WhatsappNumber, { customer, body, field, statusOf }: { customer: string; body: object; field: string; statusOf?: string | undefined }): void {
    if (!subscriptions.has(number, field)) return; // nothing arrives (whatsapp.md 1.5)
    const { phoneNumberId: account, appSecret: secret, olderSecrets = [] } = number;
    webhooks.send({ account, secret, olderSecrets, channel: 'whatsapp', customer: `${account} ${customer}`, body, statusOf, url: subscriptions.urlOf(number, field) });
  }
  const tell = (number: WhatsappNumber, { phone, statusOf }: { readonly phone: string; readonly statusOf?: string }, value: object) =>
    hook(number, { customer: phone, body: envelope(number, value), field: 'messages', statusOf });
  const templates = createTemplates({
    accounts: numbers,
    clock,
    changed(template) {
      const field = 'message_template_status_update';
      const number = numbers.find((n) => n.businessAccountId === template.account);
      if (number) hook(number, { customer: field, body: accountEnvelope(number, { field, value: templateValue(template) }, clock.now()), field });
    },
  });
  const customers = createCustomers({ numbers, clock, media, limits, isBlocked: (number, phone) => stateOf(number).isBlocked(phone), tell });
  const arrive = createDelivery({
    clock,
    fetch: createFetcher(route),
    tell,
    wrote: customers.wrote,
    show(_number, { phone, id, text, type, content }) {
      const kind = media.typeOf(String((content as { id?: unknown } | null)?.id));
      customers.show(phone, { from: 'business', text, id, ...(kind ? { media: [{ mimeType: kind }] } : {}), ...(type === 'text' ? {} : { content: { type, [type]: content } }) });
    },
  });
  function send(number: WhatsappNumber, body: Record<string, unknown>): Answer {
    const { answer, accepted } = checkSend(body, {
      number,
      limits,
      now: clock.now(),
      registered: stateOf(number).registered(),
      windowOf: (phone) => customers.windowOf(number, phone),
      phoneOfUser: (user) => customers.phoneOfUser(number, user),
      isBlocked: stateOf(number).isBlocked,
      hasMedia: (id) => media.ownerOf(id) === number.phoneNumberId,
      typeOf: media.typeOf,
      template: (name, language) => templates.find(number.businessAccountId, name, language),
      scripted: scripted.take,
    });
    if (accepted) arrive(number, accepted);
    return answer;
  }
  const markRead = (number: WhatsappNumber, id: unknown): Answer =>
    customers.wrote(number, id) ? { status: 200, body: { success: true } } : refuse(131009, 'message_id is not a message that was received');
  const graph = createGraph({ numbers, steering, media, templates, subscriptions, limits, stateOf, send, markRead, now: clock.now, url: server.url });

  function refusals(kind: FaultKind, { path }: Asked): Answer | null {
    const [node = '', edge] = graphPath(path);
    if (kind === 'expired-media') return media.isLink(path) ? media.expired() : media.has(node) ? refuse(803) : null;
    if (kind === 'token-revoked') return node === 'debug_token' ? null : refuse(190, 'The session has been invalidated.'); // which tells of it itself
    if (kind === '429-burst') return { ...refuse(130429), status: 429 };
    if (kind === '80007-burst') return refuse(80007);
    if (edge !== 'messages') return null;
    return kind === '130429-burst' ? refuse(130429) : kind === '131056-burst' ? refuse(131056) : null;
  }
  const phones: Phones = {
    ...customers.phones,
    levers: {
      refusals: scripted.lever,
      templates: (body) => pullTemplate(templates, numbers[0]?.businessAccountId ?? '', body),
    },
  };
  return {
    start: server.start,
    phones,
    stop(): Promise<void> {
      clock.stop();
      poster.stop();
      return server.stop();
    },
  };
}
export type WhatsappSimulator = ReturnType<typeof createWhatsappSimulator>;
