import type { Answer } from '../core/platform-server.ts';

/** Refusals of the REST API (sms.md 6.1 and 6.2): HTTP status and text, by code. */
const REFUSALS = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Phone Number"],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [400, "The 'From' phone number provided is not a valid, message-capable Twilio phone number for this destination"],
  21609: [400, "The 'StatusCallback' URL is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [400, "This 'From' number has exceeded the maximum number of queued messages"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21620: [400, 'Invalid media URL(s)'],
  21623: [400, 'Number of media files exceeds allowed limit'],
  21624: [400, 'The ValidityPeriod is out of range'],
  21655: [400, 'The ContentSid is Invalid'],
  21656: [400, 'The ContentVariables Parameter is invalid'],
  21705: [400, 'The Messaging Service SID is invalid'],
  21910: [400, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"],
} as const satisfies Record<number, readonly [number, string]>;
export type RefusalCode = keyof typeof REFUSALS;

export function refuse(code: RefusalCode, detail?: string): Answer {
  const [status, message] = REFUSALS[code];
  return { status, body: { code, message: detail ? `${message}: ${detail}` : message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}
