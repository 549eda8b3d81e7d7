import type { TwilioMessage } from './messages.ts';
import { schemeOf } from './senders.ts';

/** Parameters of the inbound webhook; those that are empty are sent too, and signed (sms.md 1.2). */
export function inboundForm(m: TwilioMessage, more: { base: string; profileName: string | undefined }): Record<string, string> {
  const form: Record<string, string> = {
    ToCountry: 'US',
    ToState: '',
    ToCity: '',
    ToZip: '',
    FromCountry: '',
    FromState: '',
    FromCity: '',
    FromZip: '',
    SmsMessageSid: m.sid,
    SmsSid: m.sid,
    MessageSid: m.sid,
    AccountSid: m.accountSid,
    From: m.from ?? '',
    To: m.to,
    Body: m.body,
    SmsStatus: 'received',
    NumMedia: String(m.media.length),
    NumSegments: String(m.segments),
    ApiVersion: '2010-04-01',
  };
  if (m.messagingServiceSid) form.MessagingServiceSid = m.messagingServiceSid;
  for (const [i, medium] of m.media.entries()) {
    form[`MediaContentType${i}`] = medium.mimeType;
    form[`MediaUrl${i}`] = `${more.base}/2010-04-01/Accounts/${m.accountSid}/Messages/${m.sid}/Media/${medium.sid}`;
  }
  if (schemeOf(m.to) !== 'whatsapp') return form;
  const waId = (m.from ?? '').replace(/\D/g, '');
  return { ...form, WaId: waId, ProfileName: more.profileName ?? 'Sandbox customer', MessageType: m.media.length ? 'document' : 'text', ReferralNumMedia: '0' };
}

/** Parameters of a status callback (sms.md 2.2); it carries no time. */
export function statusForm(m: TwilioMessage): Record<string, string> {
  return {
    AccountSid: m.accountSid,
    MessageSid: m.sid,
    SmsSid: m.sid,
    MessageStatus: m.status,
    SmsStatus: m.status,
    From: m.from ?? '',
    To: m.to,
    ApiVersion: '2010-04-01',
    ...(m.messagingServiceSid ? { MessagingServiceSid: m.messagingServiceSid } : {}),
    ...(m.errorCode === null ? {} : { ErrorCode: String(m.errorCode) }),
  };
}
