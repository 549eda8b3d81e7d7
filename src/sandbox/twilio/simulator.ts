import { type Clock, createClock } from '../core/clock.ts';
import { createScreens, digitsOf, type Phones, type Written } from '../core/phones.ts';
import { createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { scopeOf } from './create.ts';
import { refuse } from './errors.ts';
import { inboundForm } from './forms.ts';
import { createMessages } from './messages.ts';
import { createOptOuts } from './opt-out.ts';
import { createOutgoing } from './outgoing.ts';
import { repliesIn } from './reply.ts';
import { createRest } from './rest.ts';
import { segmentsOf } from './segments.ts';
import { newSid, schemeOf, type TwilioSender } from './senders.ts';
import { createTwilioWebhooks } from './webhooks.ts';

/** Twilio's Messages resource, webhooks and callbacks on loopback. It shares no code with the gateway (see ../whatsapp/simulator.ts). */
export interface TwilioSimulatorOptions {
  readonly senders: readonly TwilioSender[];
  /** What is configured on every number, signed exactly as given (a #fragment apart). */
  readonly webhookUrl: string;
  /** Where an address really leads, for webhooks and callbacks alike. */
  readonly route?: (url: URL) => URL;
  readonly clock?: Clock;
  readonly steering?: Steering;
  log(message: string): void;
}

export function createTwilioSimulator({ senders, webhookUrl, route, clock = createClock(), steering = createSteering(), log }: TwilioSimulatorOptions) {
  const poster = createPoster(route);
  const webhooks = createTwilioWebhooks({ clock, poster, steering, log });
  const messages = createMessages();
  const screens = createScreens(clock.now);
  const optOuts = createOptOuts();
  const outgoing = createOutgoing({ clock, messages, webhooks, screens });
  const server = createPlatformServer((asked) => rest(asked), {
    steering,
    channel: 'sms',
    refusals: (kind, { path }) => {
      if (kind === 'expired-media') return /\/Media\/ME/.test(path) ? refuse(20404) : null;
      return kind === 'token-revoked' ? refuse(20003) : kind === '429-burst' || kind === '20429-burst' ? refuse(20429) : null;
    },
  });
  const rest = createRest({ senders, clock, messages, optOuts, outgoing, url: server.url });
  const addressOf = (sender: TwilioSender, phone: string) => {
    const scheme = schemeOf(sender.address);
    return `${scheme === 'sms' ? '' : `${scheme}:`}+${digitsOf(phone)}`;
  };

  function write({ from, text, name, media, to }: Written): { id: string; customer: string } {
    const sender = senders.find((s) => to === undefined || s.address === to) ?? senders[0];
    if (!sender) throw new Error('no sender is configured');
    const now = clock.now();
    const customer = addressOf(sender, from);
    const message = messages.add({
      accountSid: sender.accountSid,
      messagingServiceSid: sender.messagingServiceSid ?? null,
      from: customer,
      to: sender.address,
      body: text,
      status: 'received',
      direction: 'inbound',
      segments: Math.max(segmentsOf(text).count, 1),
      media: media.map((m) => ({ ...m, sid: newSid('ME') })),
      createdAt: now,
      sentAt: now,
      errorCode: null,
    });
    screens.show(`${sender.accountSid} ${customer}`, { from: 'customer', text, id: message.sid, ...(media.length ? { media: media.map(({ mimeType }) => ({ mimeType })) } : {}) });
    const told = schemeOf(sender.address) === 'whatsapp' ? null : optOuts.heard(scopeOf(sender), customer, text);
    if (told !== null) outgoing.answer(sender, customer, told);
    webhooks.send({
      url: webhookUrl,
      authToken: sender.authToken,
      lane: `${sender.address} ${customer}`,
      form: inboundForm(message, { base: server.url(), profileName: name }),
      answered: (answer) => {
        for (const reply of repliesIn(answer)) outgoing.answer(sender, customer, reply);
      },
    });
    return { id: message.sid, customer };
  }
  const phones: Phones = { write, shown: (phone) => screens.shown(...senders.map((s) => `${s.accountSid} ${addressOf(s, phone)}`)) };
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
export type TwilioSimulator = ReturnType<typeof createTwilioSimulator>;
