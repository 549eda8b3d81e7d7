import type { Answer } from '../core/platform-server.ts';
import { refuse } from './errors.ts';
import { schemeOf, type TwilioSender } from './senders.ts';

export interface CreateState {
  /** The account's own senders. */
  readonly senders: readonly TwilioSender[];
  optedOut(scope: string, customer: string): boolean;
}
export interface ToCreate {
  readonly sender: TwilioSender;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  readonly callback: string | null;
  /** By the service, which chooses the sender later. */
  readonly byService: boolean;
}
const MAX_BODY = 1600;
const MAX_MEDIA = 10;
const ADDRESS = /^(?:[a-z]+:)?\+[1-9]\d{7,14}$/;
const USER_ID = /^whatsapp:[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;

/** Opt-outs are by sender, or by the whole service where it is one's (sms.md 7). */
export const scopeOf = (sender: TwilioSender): string => sender.messagingServiceSid ?? `${sender.accountSid} ${sender.address}`;

function callbackFault(text: string): boolean {
  try {
    const url = new URL(text);
    return !/^https?:$/.test(url.protocol) || text.length > 4000 || url.hostname.includes('_');
  } catch {
    return true;
  }
}
/** Who sends: the number named, or the service's. */
function senderOf(form: URLSearchParams, { senders }: CreateState): TwilioSender | Answer {
  const [from, service] = [form.get('From'), form.get('MessagingServiceSid')];
  if (!from && !service) return refuse(21603);
  const found = senders.find((s) => (service ? s.messagingServiceSid === service : true) && (from ? s.address === from : true));
  return found ?? (service && !senders.some((s) => s.messagingServiceSid === service) ? refuse(21705) : refuse(21606));
}

/** A template stands for the body: its SID and variables are what the screen shows, for only Twilio knows its text. */
function templateOf(form: URLSearchParams): { readonly text: string } | Answer | null {
  const sid = form.get('ContentSid');
  if (!sid) return null;
  if (!/^HX[0-9a-zA-Z]+$/.test(sid)) return refuse(21655);
  const variables = form.get('ContentVariables') ?? '';
  try {
    const read: unknown = JSON.parse(variables || '{}');
    if (!read || typeof read !== 'object' || Array.isArray(read) || Object.values(read).some((v) => typeof v !== 'string')) return refuse(21656);
  } catch {
    return refuse(21656);
  }
  return { text: `${sid} ${variables}`.trim() };
}

/** The platform's rules for POST Messages.json, in its order: what is wrong with the request comes before what is wrong with the recipient. */
export function checkCreate(form: URLSearchParams, state: CreateState): { readonly no: Answer } | { readonly create: ToCreate } {
  const no = (...why: Parameters<typeof refuse>) => ({ no: refuse(...why) });
  const to = form.get('To');
  if (!to) return no(21604);
  if (!ADDRESS.test(to) && !USER_ID.test(to)) return no(21211, to);
  const sender = senderOf(form, state);
  if ('status' in sender) return { no: sender };
  if (schemeOf(to) !== schemeOf(sender.address)) return no(21910);
  if (to === sender.address) return no(21211, to);
  const template = templateOf(form);
  if (template && 'status' in template) return { no: template };
  const body = template?.text ?? form.get('Body') ?? '';
  const mediaUrls = form.getAll('MediaUrl').filter(Boolean);
  if (body === '' && !mediaUrls.length) return no(21602);
  if (body.length > MAX_BODY) return no(21617);
  if (mediaUrls.length > MAX_MEDIA) return no(21623);
  if (mediaUrls.some((url) => !/^https?:\/\/./.test(url))) return no(21620);
  const validity = form.get('ValidityPeriod');
  if (validity && !(Number(validity) >= 1 && Number(validity) <= 36_000)) return no(21624);
  const callback = form.get('StatusCallback');
  if (callback && callbackFault(callback)) return no(21609);
  if (state.optedOut(scopeOf(sender), to)) return no(21610);
  return { create: { sender, to, body, mediaUrls, callback: callback || null, byService: Boolean(form.get('MessagingServiceSid')) && !form.get('From') } };
}
