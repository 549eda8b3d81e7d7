import { bareOf, schemeOf } from './addresses.ts';
import type { TwilioMessage } from './messages.ts';
import { sidOf } from './senders.ts';

/** `YYMMDDhhmm`, of the carrier's receipt: minutes only. */
const doneDate = (ms: number) => new Date(ms).toISOString().replace(/\D/g, '').slice(2, 12);
const isFault = (status: string) => status === 'failed' || status === 'undelivered';
const isReceipt = (status: string) => status === 'delivered' || status === 'undelivered';

/** Of WhatsApp and RCS alone; SMS has none of these (sms.md 2.2). */
function channelOf(m: TwilioMessage): Record<string, string> {
  const scheme = schemeOf(m.from ?? m.to);
  const failed = m.errorCode === null || !isFault(m.status) ? {} : { ChannelStatusMessage: `Channel error ${m.errorCode}` };
  return {
    ChannelPrefix: scheme,
    ChannelInstallSid: sidOf('XE', `${m.accountSid} ${m.from}`),
    EventType: m.status.toUpperCase(),
    ChannelToAddress: `${bareOf(m.to).slice(0, -4)}XXXX`,
    StructuredMessage: String(Boolean(m.buttons?.length)),
    ...failed,
  };
}
/** Parameters of a status callback (sms.md 2.2); it carries no time of the event. */
export function statusForm(m: TwilioMessage): Record<string, string> {
  const onChannel = schemeOf(m.from ?? m.to) !== 'sms'; // by who sends: a service's RCS sender may write to a plain number
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
    ...(m.errorCode !== null && isFault(m.status) ? { ErrorCode: String(m.errorCode) } : {}),
    ...(onChannel ? channelOf(m) : isReceipt(m.status) ? { RawDlrDoneDate: doneDate(m.updatedAt) } : {}),
  };
}
