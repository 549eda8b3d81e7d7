import type { Answer } from '../core/platform-server.ts';

/** Refusals of the REST API (sms.md 6.1 and 6.2, and what of 6.4 comes at once): text by code; HTTP 400 where no status is said. */
const REFUSALS = {
  // The account and the resource
  20001: ['Unknown parameters'],
  20003: ['Authenticate', 401],
  20005: ['Account is not active', 403],
  20006: ['Access Denied', 403],
  20008: ['Resource not accessible with Test Account Credentials', 403],
  20009: ['Cannot delete this resource before it is finished', 409],
  20404: ['The requested resource was not found', 404],
  20429: ['Too Many Requests', 429],
  20500: ['An internal server error has occurred', 500],
  20503: ['Service is unavailable. Please try again', 503],
  30409: ['The message is not in a cancelable state', 409],

  // Who writes to whom
  21211: ["Invalid 'To' Phone Number"],
  21212: ["Invalid 'From' Phone Number"],
  21408: ['Permission to send an SMS has not been enabled for the region indicated by the To number'],
  21603: ["A 'From' phone number is required."],
  21604: ["A 'To' phone number is required."],
  21606: ["The 'From' phone number provided is not a valid, message-capable Twilio phone number for this destination"],
  21608: ['The number is unverified. Trial accounts cannot send messages to unverified numbers'],
  21610: ['Attempt to send to unsubscribed recipient'],
  21611: ["This 'From' number has exceeded the maximum number of queued messages"],
  21612: ["The 'To' phone number is not currently reachable using the 'From' phone number via SMS."],
  21614: ["'To' number is not a valid mobile number"],
  21659: ["'From' is not a Twilio phone number or Short Code country mismatch"],
  21660: ["Mismatch between the 'From' number and the account"],
  21666: ['FallbackFrom requires a Messaging Service'],
  21667: ['FallbackFrom requires a Messaging Service with an RCS sender'],
  21703: ['The Messaging Service does not have a phone number available to send a message to this destination'],
  21704: ['The Messaging Service contains no phone numbers.'],
  21705: ['The Messaging Service SID is invalid'],
  21910: ["Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"],
  63007: ['Twilio could not find a Channel with the specified From address'],

  // What is sent
  21602: ['Message body is required.'],
  21609: ["The 'StatusCallback' URL is not a valid URL."],
  21617: ['The concatenated message body exceeds the 1600 character limit'],
  21620: ['Invalid media URL(s)'],
  21621: ["The 'From' phone number has not been enabled for MMS"],
  21623: ['Number of media files exceeds allowed limit'],
  21624: ['The ValidityPeriod is out of range'],
  21654: ['ContentSid is required'],
  21655: ['The ContentSid is invalid'],
  21656: ['The ContentVariables parameter is invalid'],
  21658: ['A parameter exceeds its maximum length'],
  30029: ['ContentRetention is not enabled for this account'],
  30030: ['AddressRetention is not enabled for this account'],
  30103: ['No link shortening domain is configured for this Messaging Service'],

  // When
  35111: ['The SendAt parameter is missing'],
  35114: ['The SendAt time must be more than 300 seconds and at most 35 days in the future'],
  35115: ['The SendAt parameter is not a valid ISO 8601 time'],
  35117: ['The ScheduleType parameter is not valid'],
  35118: ['MessagingServiceSid is required to schedule a message'],
  35126: ['Scheduling is not supported on this channel'],
} as const satisfies Record<number, readonly [string, number?]>;
export type RefusalCode = keyof typeof REFUSALS;

export function refuse(code: RefusalCode, detail?: string): Answer {
  const [message, status = 400]: readonly [string, number?] = REFUSALS[code];
  return { status, body: { code, message: detail ? `${message}: ${detail}` : message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}
