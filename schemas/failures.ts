import { z } from 'zod';

interface FailureRow {
  /** HTTP status where the code answers a request. */
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  /** What an operator does about it. */
  readonly advice: string;
}

/** The closed table of failure codes: code, HTTP status, retryability, title and advice are declared here once. */
export const FAILURES = {
  // requests
  unauthorized: { status: 401, retryable: false, title: 'Not authenticated', advice: 'Send a valid API key as "Authorization: Bearer <key>".' },
  forbidden: { status: 403, retryable: false, title: 'Not allowed', advice: 'Use a key whose scopes cover this call, or ask an admin for one.' },
  not_found: { status: 404, retryable: false, title: 'Not found', advice: 'Check the id; a key sees its own tenant only.' },
  method_not_allowed: { status: 405, retryable: false, title: 'Method not allowed', advice: 'See /openapi.json for the methods of this path.' },
  conflict: { status: 409, retryable: false, title: 'Conflict', advice: 'Read the current state and decide anew.' },
  invalid_request: { status: 400, retryable: false, title: 'Invalid request', advice: 'Mend the field that pointer names.' },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    title: 'Idempotency key used for another body',
    advice: 'Use a new Idempotency-Key for a new message; the same key repeats the same one.',
  },
  managed_by_file: { status: 409, retryable: false, title: 'Channel is managed by the channels file', advice: 'Change it in the file that CHANNELS_FILE names and restart.' },
  payload_too_large: { status: 413, retryable: false, title: 'Body too large', advice: 'Send at most 5 MB.' },
  unsupported_encoding: { status: 415, retryable: false, title: 'Content-Encoding not accepted', advice: 'Send the body unencoded.' },
  signature_invalid: {
    status: 401,
    retryable: false,
    title: 'Signature not valid',
    advice: 'Check that the app secret of the channel is the one of the app that sends these webhooks.',
  },
  overloaded: { status: 503, retryable: true, title: 'Too much in flight', advice: 'Try again shortly.' },
  journal_unavailable: { status: 503, retryable: true, title: 'Journal not writable', advice: 'Check the disk of DATA_DIR: space, permissions, errors.' },
  store_unavailable: { status: 503, retryable: true, title: 'Store not reachable', advice: 'Check DATABASE_URL and the database server.' },
  broker_unavailable: { status: 503, retryable: true, title: 'Kafka not reachable', advice: 'Check KAFKA_BROKERS and the brokers; events wait in the log meanwhile.' },
  media_pending: { status: 503, retryable: true, title: 'The file is still on its way', advice: 'Try again after the seconds that Retry-After names.' },
  media_failed: {
    status: 404,
    retryable: false,
    title: 'The file can not be had',
    advice: 'See detail; POST /v1/media/{id}/retry fetches it anew where the platform still has it.',
  },
  link_expired: {
    status: 410,
    retryable: false,
    title: 'The link is past its date',
    advice: 'GET /v1/media/{id} with an API key answers with a new link, as long as the file is kept.',
  },
  internal: { status: 500, retryable: true, title: 'Internal error', advice: 'See the log under this request id.' },
  // sends, refused before the platform is asked
  unknown_channel: {
    status: 422,
    retryable: false,
    title: 'No such channel',
    advice: 'Connect the number or page as a channel (GET /v1/channels lists them); a dead letter can then be retried.',
  },
  unknown_recipient: { status: 422, retryable: false, title: 'Unknown recipient', advice: 'Name a conversation or contact of this channel, or an address of the kind it takes.' },
  content_unsupported: { status: 422, retryable: false, title: 'Content not supported on this channel', advice: 'Send a kind that the channel takes; see the preview.' },
  content_too_long: { status: 422, retryable: false, title: 'Content too long', advice: 'Shorten it to the limit that detail names.' },
  window_closed: { status: 422, retryable: false, title: 'Reply window closed', advice: 'Send an approved template, or wait until the customer writes.' },
  template_needed: {
    status: 422,
    retryable: false,
    title: 'Only a template may open this conversation',
    advice: 'Send an approved template; free text is allowed once the customer has answered.',
  },
  tag_not_allowed: {
    status: 422,
    retryable: false,
    title: 'Message tag not allowed',
    advice: 'HUMAN_AGENT needs "author": "human" and a message of the customer in the last 7 days; the other tags have ended: send a utility template.',
  },
  not_opted_in: { status: 422, retryable: false, title: 'Customer has opted out', advice: 'Do not write until the customer opts in again.' },
  expired: { status: 422, retryable: false, title: 'Expired before it could be sent', advice: 'Send it again with a later expiresAt if it still matters.' },
  canceled: { status: 409, retryable: false, title: 'Canceled', advice: 'Nothing to do.' },
  channel_paused: { status: 503, retryable: true, title: 'Channel paused', advice: 'See why with GET /v1/channels/{id}; mend it and resume.' },
  queue_full: { status: 429, retryable: true, title: 'Too much queued for this tenant', advice: 'Send slower, or raise the quota.' },
  // sends, refused by the platform
  channel_unauthorized: { status: 502, retryable: false, title: 'The platform refused our credentials', advice: 'Renew the access token of the channel.' },
  channel_restricted: {
    status: 502,
    retryable: false,
    title: 'The platform has restricted the account',
    advice: "Open the platform's business support page and resolve the restriction.",
  },
  permission_missing: { status: 502, retryable: false, title: 'A permission is missing', advice: 'Grant the app the permission that platformMessage names.' },
  billing_problem: { status: 502, retryable: false, title: 'Payment problem on the platform account', advice: 'Add or mend the payment method of the platform account.' },
  recipient_unreachable: { status: 502, retryable: false, title: 'Recipient can not be reached', advice: 'Check the address; try another channel.' },
  recipient_blocked: {
    status: 502,
    retryable: false,
    title: 'Recipient is blocked or may not be written to',
    advice: 'Do not try again; use another channel if the customer agreed to it.',
  },
  // 422: mostly told by us, against the platform's list, before it is asked.
  template_invalid: {
    status: 422,
    retryable: false,
    title: 'Template refused',
    advice: 'Check name, language, approval and variables of the template: GET /v1/channels/{id}/templates lists them.',
  },
  // 422: told before the platform is asked.
  unknown_media: {
    status: 422,
    retryable: false,
    title: 'No such file',
    advice: 'Upload it with POST /v1/media and name the id that it answers; a key sees the files of its own tenant only.',
  },
  media_not_ready: { status: 422, retryable: false, title: 'The file is not ready', advice: 'Wait for media.ready (GET /v1/media/{id} shows the state), then send it.' },
  media_unusable: { status: 422, retryable: false, title: 'The file can not be sent', advice: 'Read detail; send another file, or another kind of content.' },
  media_invalid: { status: 502, retryable: false, title: 'Media refused', advice: 'Send a type and size that the platform takes.' },
  thread_not_owned: { status: 502, retryable: false, title: 'Another app owns the conversation', advice: 'Take or request the thread, or send a template.' },
  request_rejected: {
    status: 502,
    retryable: false,
    title: 'The platform rejected the request',
    advice: 'Read platformMessage; if the message is in order, report it as a fault of the gateway.',
  },
  platform_throttled: { status: 503, retryable: true, title: 'Platform rate limit', advice: 'Nothing to do: the lane slows down and tries again.' },
  recipient_throttled: { status: 503, retryable: true, title: 'Too many messages to this recipient', advice: 'Nothing to do: later ones wait.' },
  marketing_capped: { status: 422, retryable: false, title: 'Withheld by the platform for this user', advice: 'Wait at least a day; do not repeat marketing to this user.' },
  platform_unavailable: { status: 503, retryable: true, title: 'Platform unavailable', advice: 'Nothing to do: it is tried again.' },
  outcome_unknown: { status: 504, retryable: false, title: 'Not known whether it was sent', advice: 'Wait for evidence; resend by hand only if a second copy does no harm.' },
  attempts_exhausted: {
    status: 502,
    retryable: false,
    title: 'Given up after the last attempt',
    advice: 'See the attempts in the timeline; retry by hand when the cause is gone.',
  },
  // dead letters
  malformed_body: { status: 200, retryable: false, title: 'Body is not what the platform sends', advice: 'Look at the raw body; retry after an update of the gateway.' },
  malformed_element: { status: 200, retryable: false, title: 'One element could not be read', advice: 'Look at the raw element; retry after an update of the gateway.' },
  unknown_field: { status: 200, retryable: false, title: 'Webhook field not known', advice: 'Unsubscribe the field, or retry after an update of the gateway.' },
  unknown_status: { status: 200, retryable: false, title: 'Status word not known', advice: 'Retry after an update of the gateway.' },
  wrong_key: {
    status: 200,
    retryable: false,
    title: "Signed with another channel's key",
    advice: 'Check which app the number belongs to; if it is this one, list its secret on the channel and retry.',
  },
  poison: { status: 200, retryable: false, title: 'Processing failed repeatedly', advice: 'Report it with the log of this id; retry after an update of the gateway.' },
  command_invalid: { status: 400, retryable: false, title: 'Command could not be read', advice: 'Mend what reason names and send it again under a new id.' },
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof FAILURES;
export const FailureCode = z.enum(Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]);
/** Did it go out? `not_sent`: surely not. `unknown`: it may have. */
export type Outcome = 'not_sent' | 'unknown';
/** What went wrong with one send, classified. Total: everything thrown becomes one of these. */
export interface Failure {
  readonly code: FailureCode;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly platformCode?: string;
  readonly platformMessage?: string;
  /** Earliest next try, in milliseconds from now, where the platform says it. */
  readonly retryAfterMs?: number;
  /** How far the fault reaches: this message, this recipient, or the whole channel (pause it). */
  readonly scope: 'message' | 'recipient' | 'channel';
  /** The platform does not know (any more) the id of a file that was uploaded to it. */
  readonly staleMedia?: true;
  /** The platform says by it what the customer does not want: everything from this sender, or marketing. */
  readonly optOut?: 'sender' | 'marketing';
}
