import { randomBytes } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';

/** Meta's refusals (whatsapp.md 7.3): HTTP status and title by code; `transient` where the same call may work later. */
const REFUSALS = {
  0: [401, 'AuthException'],
  1: [400, 'API Unknown', 'transient'],
  2: [503, 'API Service', 'transient'],
  3: [500, 'API Method'],
  4: [400, 'API Too Many Calls', 'transient'],
  10: [403, 'API Permission Denied'],
  33: [400, 'Parameter value is not valid'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Access token has expired'],
  200: [403, 'API Permission'],
  368: [403, 'Temporarily blocked for policies violations'],
  803: [404, 'Some of the aliases you requested do not exist'],
  1026: [400, 'Receiver is incapable of receiving this message'],
  80007: [400, 'Rate limit issues', 'transient'],
  130403: [400, 'The business has blocked this user'],
  130429: [400, 'Rate limit hit', 'transient'],
  130472: [400, "User's number is part of an experiment"],
  130497: [403, 'Business account is restricted from messaging users in this country'],
  131000: [500, 'Something went wrong', 'transient'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [500, 'Service unavailable', 'transient'],
  131020: [400, 'Group has one member only'],
  131021: [400, 'Recipient cannot be sender'],
  131026: [400, 'Message undeliverable'],
  131030: [400, 'Recipient phone number not in allowed list'],
  131031: [403, 'Account has been locked'],
  131037: [400, 'WhatsApp provided number needs display name approval before message can be sent'],
  131041: [400, 'Group is unknown'],
  131042: [400, 'Business eligibility payment issue'],
  131045: [500, 'Incorrect certificate'],
  131047: [400, 'Re-engagement message'],
  131048: [400, 'Spam rate limit hit'],
  131049: [400, 'This message was not delivered to maintain healthy ecosystem engagement.'],
  131050: [400, 'User has stopped receiving marketing messages from your business'],
  131051: [400, 'Unsupported message type'],
  131052: [400, 'Media download error'],
  131053: [400, 'Media upload error'],
  131055: [400, 'Method not allowed'],
  131056: [400, '(Business Account, Consumer Account) pair rate limit hit', 'transient'],
  131057: [500, 'Account in maintenance mode', 'transient'],
  131059: [400, 'Paging cursor is not valid'],
  131061: [400, 'Template with a bid price cannot be sent by the Cloud API'],
  131062: [400, 'Business-scoped user id recipients are not supported for this message'],
  131063: [400, 'Marketing templates are disabled on the Cloud API'],
  131064: [400, 'Limit reached through template classification violations'],
  131065: [400, 'Max price is not available in the country of the recipient'],
  131070: [400, 'Thread is owned by another responder'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Template format character policy violated'],
  132008: [400, 'Template parameter value is not valid'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused'],
  132016: [400, 'Template is disabled'],
  132018: [400, 'Template parameter validation failed'],
  132068: [400, 'Flow is blocked'],
  132069: [400, 'Flow is throttled'],
  133000: [500, 'Incomplete deregistration'],
  133004: [503, 'Server temporarily unavailable', 'transient'],
  133005: [400, 'Two step verification PIN mismatch'],
  133006: [400, 'Phone number re-verification needed'],
  133008: [400, 'Too many two step verification PIN guesses'],
  133009: [400, 'Two step verification PIN guessed too fast'],
  133010: [400, 'Phone number not registered'],
  133015: [400, 'Please wait a few minutes before attempting to register this phone number'],
  133016: [400, 'Register and deregister limit reached'],
  134011: [400, 'Payments terms not accepted'],
  134100: [400, 'Only marketing messages are supported by the Marketing Messages API'],
  135000: [400, 'Generic user error'],
  136024: [400, 'Phone number is verified already'],
  137000: [400, 'Identity key hash mismatch'],
  139100: [400, 'Some users could not be blocked or unblocked'],
  139200: [400, 'Direct Send access blocked'],
  2388019: [400, 'Message template limit exceeded'],
  2388024: [400, 'Content in this language already exists'],
  2388040: [400, 'Character limit exceeded'],
  2388047: [400, "Message header can't be formatted"],
  2388072: [400, "Message body can't be formatted"],
  2388073: [400, "Message footer can't be formatted"],
  2388293: [400, 'Parameters exceed the words ratio limit'],
  2388299: [400, "Leading or trailing params aren't allowed"],
} as const satisfies Record<number, readonly [number, string, 'transient'?]>;
export type RefusalCode = keyof typeof REFUSALS;
/** A code of the table and what Meta says in `details`; null where everything is in order. */
export type Fault = readonly [RefusalCode, string?] | null;

export const isRefusal = (code: unknown): code is RefusalCode => typeof code === 'number' && Object.hasOwn(REFUSALS, code);

export function refuse(code: RefusalCode, details?: string): Answer {
  const [status, title, transient]: readonly [number, string, string?] = REFUSALS[code];
  return {
    status,
    body: {
      error: {
        message: code === 190 ? `Error validating access token: ${title}` : `(#${code}) ${title}`,
        type: 'OAuthException',
        code,
        ...(details ? { error_data: { messaging_product: 'whatsapp', details } } : {}),
        is_transient: transient !== undefined,
        fbtrace_id: `A${randomBytes(16).toString('base64url')}`,
      },
    },
  };
}
/** The same as a `failed` status tells it (whatsapp.md 3.6). */
export function statusError(code: RefusalCode, details: string): object {
  const title = REFUSALS[code][1];
  return { code, title, message: title, error_data: { details }, href: '/documentation/business-messaging/whatsapp/support/error-codes' };
}
