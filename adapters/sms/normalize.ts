import type { ChannelType, MessageState } from '../../schemas/index.ts';
import { parseJson } from '../_graph/parse-json.ts';
import type { VerifiedRequest } from '../contract.ts';
import type { Fact, FactBody, Normalized, Reject } from '../facts.ts';
import { channelTypeOf, customerOf } from './addresses.ts';
import { consentOf } from './consent.ts';
import { contentOf } from './content.ts';
import { failureOf } from './errors.ts';
import { cleanForm, type Form, field, parseForm, restOf } from './form.ts';

/** Twilio's words; null: on the way, nothing of ours. `undelivered` is the carrier's refusal, `failed` Twilio's. */
const STATES: Readonly<Record<string, MessageState | null>> = {
  accepted: null,
  scheduled: null,
  queued: null,
  sending: null,
  receiving: null,
  received: null,
  partially_delivered: null,
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'canceled',
};
/** Taken by name below; everything else stands under `platform`. */
const MESSAGE_NAMES = new Set(
  'MessageSid SmsSid SmsMessageSid AccountSid From To Body WaId ProfileName ExternalUserId ParentExternalUserId OriginalRepliedMessageSid Forwarded FrequentlyForwarded Latitude Longitude Label Address ButtonText ButtonPayload ListId ListTitle FlowData InteractiveData SmsStatus MessageStatus DateCreated'.split(
    ' ',
  ),
);
const STATUS_NAMES = new Set('MessageSid SmsSid AccountSid From To MessageStatus SmsStatus ErrorCode ErrorMessage DateCreated'.split(' '));
const MEDIA_NAME = /^(MediaUrl|MediaContentType)\d$/;
const REFERRAL = /^Referral(?!NumMedia$)([A-Z]\w*)$/;
const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const reject = (reason: string, more: Partial<Reject> = {}): Normalized => ({ facts: [], rejects: [{ path: '', code: 'malformed_body', reason, ...more }] });

interface Read {
  readonly form: Form;
  readonly sid: string;
  readonly account: string;
  readonly type: ChannelType;
  readonly customer: string;
  /** Our address. */
  readonly own: string;
  readonly at: Date | null;
}
const made = (r: Read, meaning: readonly string[], at: { path: string; body: FactBody; name?: string | undefined }): Fact => ({
  // The account of the id is the AccountSid alone: a MessageSid is one message, whichever number of the account carried it.
  idParts: [r.type, r.account, ...meaning],
  channelType: r.type,
  account: `${r.account} ${r.own}`,
  addresses: customerOf(r.form, r.customer),
  ...(at.name === undefined ? {} : { name: at.name }),
  at: r.at,
  path: at.path,
  body: at.body,
});

function messageFacts(r: Read): Fact[] {
  const { form } = r;
  const whatsapp = r.type === 'whatsapp';
  const referral = [...form].flatMap(([name, [value]]) => (REFERRAL.test(name) && value ? [[camel(name.slice('Referral'.length)), value] as const] : []));
  const used = new Set([...MESSAGE_NAMES, ...[...form.keys()].filter((name) => MEDIA_NAME.test(name) || REFERRAL.test(name))]);
  const platform = restOf(form, used);
  const quoted = field(form, 'OriginalRepliedMessageSid');
  const forwarded = field(form, 'FrequentlyForwarded') === 'true' ? ('often' as const) : field(form, 'Forwarded') === 'true' ? ('yes' as const) : undefined;
  const body: FactBody = {
    kind: 'message',
    as: 'received',
    platformId: r.sid,
    direction: 'inbound',
    content: contentOf(form, whatsapp),
    ...(quoted === undefined ? {} : { replyTo: { platformId: quoted } }),
    ...(forwarded ? { forwarded } : {}),
    ...(referral.length ? { referral: Object.fromEntries(referral) } : {}),
    ...(platform ? { platform } : {}),
    opensWindow: whatsapp,
  };
  const message = made(r, ['message', r.sid], { path: 'MessageSid', body, name: field(form, 'ProfileName') });
  const consent = consentOf(form, whatsapp);
  return consent ? [message, made(r, ['consent', r.customer, consent.body.scope, consent.body.state, r.sid], { path: consent.path, body: consent.body })] : [message];
}

function statusFact(r: Read, word: string, url: URL): Fact | null {
  const state = STATES[word];
  const ownId = /^ms_[0-9a-z]+\.\d+\.\d+$/.exec(url.searchParams.get('mid') ?? '')?.[0];
  if (state === undefined) return null;
  const at = { path: 'MessageSid' };
  // Interim words are no state of ours, but one that carries our id proves that the call arrived.
  if (state === null && ownId === undefined) return made(r, ['status', r.sid, '', word], { ...at, body: { kind: 'absorbed', reason: 'interim_status' } });
  const code = field(r.form, 'ErrorCode');
  const platform = restOf(r.form, STATUS_NAMES);
  const body: FactBody = {
    kind: 'status',
    platformId: r.sid,
    status: state ?? 'queued',
    ...(ownId === undefined ? {} : { ownId }),
    ...(state === 'failed' ? { failure: failureOf(code, field(r.form, 'ErrorMessage') ?? field(r.form, 'ChannelStatusMessage')), ...(code ? { errors: [{ code }] } : {}) } : {}),
    ...(platform ? { platform } : {}),
  };
  return made(r, ['status', r.sid, '', state ?? word], { ...at, body });
}

/** A webhook of Twilio as facts: a message (and what it says of consent), or a status. Pure and total. */
export function normalize(request: VerifiedRequest): Normalized {
  const type = request.headers['content-type'] ?? '';
  if (/^application\/json\b/i.test(type)) {
    const parsed = parseJson(request.body);
    return reject(parsed.ok ? 'a JSON event of Twilio, of which none is known here' : parsed.reason, parsed.ok ? { code: 'unknown_field' } : {});
  }
  const form = cleanForm(parseForm(request.body));
  const sid = field(form, 'MessageSid') ?? field(form, 'SmsSid') ?? field(form, 'SmsMessageSid');
  const account = field(form, 'AccountSid');
  const [from, to] = [field(form, 'From'), field(form, 'To')];
  if (sid === undefined || account === undefined) return reject('no MessageSid or no AccountSid');
  const word = (field(form, 'MessageStatus') ?? (field(form, 'SmsStatus') === 'received' ? undefined : field(form, 'SmsStatus')))?.toLowerCase();
  const own = word === undefined ? to : (from ?? field(form, 'MessagingServiceSid') ?? '');
  const customer = word === undefined ? from : to;
  if (own === undefined || customer === undefined) return reject('no From or no To', { code: 'malformed_element' });
  const channelType = channelTypeOf(customer) ?? channelTypeOf(own);
  const element = Buffer.from(request.body).toString('utf8');
  if (channelType === undefined) return reject(`addresses like ${customer.split(':')[0]}: are not carried here`, { code: 'unknown_field', element });
  const dated = Date.parse(field(form, 'DateCreated') ?? '');
  const read: Read = { form, sid, account, type: channelType, customer, own, at: Number.isNaN(dated) ? null : new Date(dated) };
  if (word === undefined) return { facts: messageFacts(read), rejects: [] };
  const status = statusFact(read, word, request.url);
  if (status) return { facts: [status], rejects: [] };
  return {
    facts: [],
    rejects: [{ path: 'MessageSid', code: 'unknown_status', reason: `status "${word.slice(0, 60)}" is not known`, element, account: `${account} ${own}`, channelType }],
  };
}
