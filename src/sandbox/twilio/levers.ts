import type { Lever } from '../core/phones.ts';
import { objectOf } from '../meta/bearer.ts';
import { classOf, schemeOf } from './addresses.ts';
import { userIdOf } from './forms.ts';
import type { Inbound } from './inbound.ts';
import { keyOf, type TwilioSender } from './senders.ts';
import { ACCOUNT_STATES, type AccountState, type TwilioState } from './state.ts';

type Body = Readonly<Record<string, unknown>>;
interface At {
  readonly state: TwilioState;
  readonly say: Inbound;
  readonly sender: TwilioSender;
  readonly customer: string;
  readonly body: Body;
}
type Act = (at: At) => object | string;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): Record<string, string> => Object.fromEntries(Object.entries(objectOf(value)).map(([name, v]) => [name, String(v)]));
const onChannel = ({ sender }: At) => schemeOf(sender.address) !== 'sms';

function say({ say: speak, sender, customer, body }: At, text: string, more: Readonly<Record<string, string>>): object {
  return speak({ sender, customer, text, name: textOf(body.name), media: [], more });
}
/** The message of the business that an act is about: the one named, or the last. */
function aboutOf({ state, sender, customer, body }: At) {
  const named = textOf(body.sid);
  return named === undefined ? state.messages.last(sender.address, customer) : state.messages.find(sender.accountSid, named);
}
/** A quick reply, list row or template button (sms.md 1.3 and 1.4): `Body` is its label. */
const button: Act = (at) => {
  const [title, about] = [textOf(at.body.title), aboutOf(at)];
  if (title === undefined || !onChannel(at)) return 'title must be what the button says; SMS has no buttons';
  const payload = textOf(at.body.payload) ?? about?.buttons?.find((b) => b.title === title)?.payload ?? title;
  const quoted: Record<string, string> = about ? { OriginalRepliedMessageSid: about.sid, OriginalRepliedMessageSender: at.sender.address } : {};
  return say(at, title, { ButtonText: title, ButtonPayload: payload, ...(classOf(at.sender.address) === 'whatsapp' ? { MessageType: 'interactive' } : {}), ...quoted });
};
const location: Act = (at) => {
  const { latitude, longitude, label, address } = at.body;
  if (typeof latitude !== 'number' || typeof longitude !== 'number' || !onChannel(at)) return 'latitude and longitude must be numbers; SMS has no places';
  const named = { ...(textOf(label) === undefined ? {} : { Label: String(label) }), ...(textOf(address) === undefined ? {} : { Address: String(address) }) };
  return say(at, '', { MessageType: 'location', Latitude: String(latitude), Longitude: String(longitude), ...named });
};
const reply: Act = (at) => {
  const [text, about] = [textOf(at.body.text), aboutOf(at)];
  if (text === undefined || !about || !onChannel(at)) return 'text must be what is written, sid a message of this conversation; SMS has no quotes';
  return say(at, text, { OriginalRepliedMessageSid: about.sid, OriginalRepliedMessageSender: about.from ?? at.sender.address });
};
/** Any message, with whatever parameters it has besides: a referral, a forwarded one, a flow's answers. */
const message: Act = (at) => say(at, textOf(at.body.text) ?? '', texts(at.body.parameters));
const read: Act = (at) => {
  const about = aboutOf(at);
  if (!about || about.direction === 'inbound' || !onChannel(at)) return 'sid must name a message that the business sent; SMS tells no reading';
  at.state.outgoing.read(about);
  return { id: about.sid };
};
export const ACTS: Readonly<Record<string, Act>> = { message, button, location, reply, read };

/** The sandbox's own routes for SMS and the channels that Twilio carries. */
export function createLevers(state: TwilioState, speak: Inbound, customerOf: (sender: TwilioSender, phone: string) => string): Readonly<Record<string, Lever>> {
  const senderOf = (to: unknown) => state.senders.find((s) => to === undefined || s.address === to) ?? `to is one of ${state.senders.map((s) => s.address).join(', ')}`;
  return {
    /** { from, act, to?, hidden?, … }; `hidden`: a WhatsApp user who hides the number. */
    acts(body) {
      const sender = senderOf(body.to);
      if (typeof sender === 'string') return sender;
      const { act, from } = body;
      const known = typeof act === 'string' && Object.hasOwn(ACTS, act) ? ACTS[act] : undefined;
      if (!known) return `act is one of ${Object.keys(ACTS).join(', ')}`;
      if (typeof from !== 'string' || !/^\+?\d{3,20}$/.test(from)) return 'from is a phone';
      const phone = customerOf(sender, from);
      const customer = body.hidden === true && classOf(sender.address) === 'whatsapp' ? userIdOf(sender.accountSid, phone) : phone;
      return known({ state, say: speak, sender, customer, body });
    },
    /** { id?, state } */
    accounts(body) {
      const account = state.accounts.find((a) => body.id === undefined || a.sid === body.id);
      if (!account) return `id is one of ${state.accounts.map((a) => a.sid).join(', ')}`;
      if (typeof body.state !== 'string' || !Object.hasOwn(ACCOUNT_STATES, body.state)) return `state is one of ${Object.keys(ACCOUNT_STATES).join(', ')}`;
      state.accountStates.set(account.sid, body.state as AccountState);
      return { account: account.sid, state: body.state };
    },
    /** { event, to? }: a JSON webhook, signed by the hash of its body (sms.md 1.6). */
    events(body) {
      const sender = senderOf(body.to);
      if (typeof sender === 'string') return sender;
      const { url } = state.numbers.of(sender);
      const event = objectOf(body.event);
      if (url === null || !Object.keys(event).length) return 'event must be a JSON object';
      state.webhooks.send({ url, method: 'POST', authToken: sender.authToken, lane: keyOf(sender), form: {}, json: event });
      return { account: sender.accountSid };
    },
  };
}
