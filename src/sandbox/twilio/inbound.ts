import type { Medium, Screens } from '../core/phones.ts';
import { createWindows } from '../core/sliding-window.ts';
import { classOf } from './addresses.ts';
import { inboundForm } from './forms.ts';
import { repliesIn } from './reply.ts';
import { segmentsOf } from './segments.ts';
import { keyOf, newSid, type TwilioSender, type Webhook } from './senders.ts';
import type { TwilioState } from './state.ts';

export interface Said {
  readonly sender: TwilioSender;
  readonly customer: string;
  readonly text: string;
  readonly name: string | undefined;
  readonly media: readonly Medium[];
  /** Parameters besides the usual. */
  readonly more?: Readonly<Record<string, string>>;
}
/** Whose webhook: the service's, unless it leaves it to the number (sms.md 1.1). */
function webhookOf(state: TwilioState, sender: TwilioSender): Webhook {
  const service = state.services.find(sender.messagingServiceSid);
  return service && !service.useInboundWebhookOnNumber ? service.webhook : state.numbers.of(sender);
}
const OPT_OUT = { stop: 'STOP', start: 'START', help: 'HELP' } as const;

/** The loop guard (14107): more replies of ours to one number in half a minute are dropped (sms.md 1.5 and 5). */
const LOOP = { limit: 15, windowMs: 30_000 } as const;

/** What a customer writes: kept, answered by Twilio itself where it is a keyword, and told to the webhook. */
export function createInbound(state: TwilioState, screens: Screens) {
  const replies = createWindows({ ...LOOP, now: state.clock.now });
  return ({ sender, customer, text, name, media, more = {} }: Said): { id: string; customer: string } => {
    const webhook = webhookOf(state, sender);
    // A service without an address drops what comes in, "and does not even log it".
    if (webhook.url === null && sender.messagingServiceSid !== undefined) return { id: newSid('SM'), customer };
    const now = state.clock.now();
    const kind = classOf(sender.address);
    const message = state.messages.add({
      accountSid: sender.accountSid,
      messagingServiceSid: sender.messagingServiceSid ?? null,
      from: customer,
      to: sender.address,
      body: text,
      status: 'received',
      direction: 'inbound',
      segments: media.length || kind === 'whatsapp' || kind === 'rcs' ? 1 : Math.max(segmentsOf(text).count, 1),
      media: media.map((m) => ({ ...m, sid: newSid('ME') })),
      createdAt: now,
      sentAt: now,
      errorCode: null,
    });
    screens.show(`${sender.accountSid} ${customer}`, { from: 'customer', text, id: message.sid, ...(media.length ? { media: media.map(({ mimeType }) => ({ mimeType })) } : {}) });
    const advanced = state.services.find(sender.messagingServiceSid)?.advancedOptOut ?? null;
    const heard = state.optOuts.heard(sender, { customer, text, advanced });
    if (heard?.reply) state.outgoing.answer(sender, customer, heard.reply);
    if (webhook.url === null) return { id: message.sid, customer };
    state.webhooks.send({
      url: webhook.url,
      method: webhook.method,
      fallback: webhook.fallbackUrl === null ? null : { url: webhook.fallbackUrl, method: webhook.fallbackMethod },
      authToken: sender.authToken,
      lane: `${sender.address} ${customer}`,
      form: inboundForm(message, { base: state.url(), profileName: name, more: { ...(heard && advanced ? { OptOutType: OPT_OUT[heard.meaning] } : {}), ...more } }),
      answered: (answer) => {
        for (const reply of repliesIn(answer)) if (replies.take(`${keyOf(sender)} ${customer}`)) state.outgoing.answer(sender, customer, reply);
      },
    });
    return { id: message.sid, customer };
  };
}
export type Inbound = ReturnType<typeof createInbound>;
