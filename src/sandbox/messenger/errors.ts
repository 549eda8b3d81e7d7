import { randomBytes } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';

type Type = 'OAuthException' | 'GraphMethodException' | 'IGApiException';
interface Row {
  readonly code: number;
  readonly subcode?: number;
  /** 400 where nothing else is said. */
  readonly status?: number;
  readonly type?: Type;
  readonly message: string;
}
const instagram = { type: 'IGApiException' } as const;
const RATE = 'Calls to this api have exceeded the rate limit.';
const OUTSIDE = 'This message is sent outside of allowed window.';
/** Refusals of the Send API and Graph (messenger.md 9.2), by what was wrong. `(#code)` goes before the message by itself. */
const REFUSALS = {
  // Tokens: 9.2 and 8.4
  token: { status: 401, code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  appRemoved: { status: 401, code: 190, subcode: 458, message: 'Error validating access token: The user has not authorized application.' },
  checkpoint: { status: 401, code: 190, subcode: 459, message: 'Error validating access token: The user must log in to Facebook to resolve a checkpoint.' },
  passwordChanged: { status: 401, code: 190, subcode: 460, message: 'Error validating access token: The session has been invalidated because the user changed their password.' },
  tokenExpired: { status: 401, code: 190, subcode: 463, message: 'Error validating access token: Session has expired.' },
  loggedOut: { status: 401, code: 190, subcode: 467, message: 'Error validating access token: The session is invalid because the user logged out.' },
  roleLost: { status: 401, code: 190, subcode: 492, message: 'Error validating access token: The user does not have a role on this Page.' },
  session: { status: 401, code: 102, message: 'Session key invalid or no longer valid' },
  proofMissing: { code: 100, type: 'GraphMethodException', message: 'API calls from the server require an appsecret_proof argument' },
  proof: { code: 100, type: 'GraphMethodException', message: 'Invalid appsecret_proof provided in the API argument' },
  permission: { status: 403, code: 10, message: 'Application does not have permission for this action' },
  notApproved: {
    status: 403,
    code: 200,
    subcode: 2018028,
    message: 'Cannot message users who are not admins, developers or testers of the app until pages_messaging permission is reviewed',
  },
  handshake: { code: 2200, message: 'Callback verification failed: the URL could not be validated. Response does not match challenge' },
  capability: { code: 3, message: 'Application does not have the capability to make this API call.' },

  // The request: 4.1 and 4.2
  node: {
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message: 'Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not support this operation',
  },
  parameter: { code: 100, message: 'Invalid parameter' },
  empty: { code: 100, subcode: 2018032, message: 'Invalid data' },
  nothing: { code: 100, subcode: 2018034, message: 'Message cannot be empty, must provide valid attachment or text' },
  tooLong: { code: 100, message: 'Length of param message[text] must be less than or equal to 2000' },
  content: { ...instagram, code: 100, subcode: 2534015, message: 'Invalid message data' },
  both: { code: 100, subcode: 2018014, message: 'Cannot specify both message and sender_action' },
  tag: { code: 100, message: 'Unsupported message tag' },
  mediaTemplate: { code: 100, subcode: 2018173, message: 'The url of a media template must be a Facebook url' },
  product: { code: 100, subcode: 2018320, message: 'The product id is not of the catalogue of this Page' },
  manyImages: { ...instagram, code: 100, subcode: 2534068, message: 'Sending several images is not enabled for this account' },
  privateReply: { code: 100, subcode: 2534025, message: 'The comment is invalid for a private reply' },
  phoneMatching: { status: 403, code: 200, subcode: 2018021, message: 'Phone matching is not permitted for this Page' },

  // Recipients and windows: 5 and 9.2
  noUser: { code: 100, subcode: 2018001, message: 'No matching user found' },
  noUserInstagram: { ...instagram, code: 100, subcode: 2534014, message: 'No matching Instagram user' },
  window: { code: 10, subcode: 2018278, message: OUTSIDE },
  windowInstagram: { ...instagram, status: 403, code: 10, subcode: 2534022, message: OUTSIDE },
  humanAgent: { code: 10, message: OUTSIDE },
  blocked: { code: 551, subcode: 1545041, message: "This person isn't receiving messages from you right now." },
  unavailable: { code: 200, subcode: 1545041, message: "Message not sent. This person isn't available right now." },
  unreachable: { code: 10, subcode: 2018108, message: "This Person Can't Receive Messages: This person isn't receiving messages from you right now." },
  euThread: { code: 10, subcode: 2018336, message: 'This thread is impacted by new privacy rules in Europe.' },
  topicStopped: { code: 10, subcode: 1893015, message: 'The user has stopped notifications of this topic.' },
  abusive: { code: 613, subcode: 2018338, message: 'This behaviour may be abusive.' },

  // Attachments: 8.2
  attachmentId: { code: 100, subcode: 2018074, message: 'Invalid attachment ID' },
  attachmentType: { code: 100, subcode: 2018047, message: 'Upload attachment failure.' },
  attachmentSize: { code: 100, subcode: 2018109, message: 'Attachment size exceeds allowable limit' },
  fetch: { code: 100, subcode: 2018008, message: 'Failed to fetch the file from the url' },
  videoFetch: { code: 100, subcode: 2018294, message: 'Video upload timed out or video corrupted' },

  // Profiles and reads: 8.3 and 8.6
  noProfile: { code: 100, subcode: 2018218, message: 'No profile available for this user.' },
  consent: { ...instagram, status: 403, code: 230, message: 'User consent is required to access user profile' },
  field: { code: 100, subcode: 2018247, message: 'Insufficient permission to access the requested field' },
  unknownField: { code: 100, message: 'Tried accessing nonexisting field' },
  deleted: { code: 9000001, message: 'The message was deleted' },

  // Thread control: 10
  notOwner: { code: 10, subcode: 2018300, message: 'Message not sent: another app is controlling this thread now.' },
  notOwnerInstagram: { ...instagram, code: 100, subcode: 2534037, message: 'Message not sent: this app is not the owner of the thread.' },
  leadAd: { code: 10, subcode: 2018321, message: 'Message not sent: automated questions and answers are controlling the chat.' },
  wrongApp: { code: 100, subcode: 2018164, message: 'Invalid app id for thread control' },
  noRouting: { code: 100, subcode: 2018171, message: 'Only available for primary and secondary receivers' },

  // The account: 9.3
  restricted: { status: 403, code: 10, subcode: 1893063, message: 'Your Page is temporarily restricted from sending messages.' },
  linkBroken: { ...instagram, code: 10, subcode: 2534077, message: 'The link of the Instagram account and its Page, or two-factor authentication, needs attention' },
  noInstagram: { ...instagram, code: 100, subcode: 2534013, message: 'The Page has no linked Instagram account' },
  instagramBlocked: { ...instagram, code: 100, subcode: 2534029, message: 'This business is blocked from the Instagram messaging API' },
  accessOff: { ...instagram, status: 403, code: 200, subcode: 2534041, message: 'The owner of the account has disabled access to messages' },
  notEligible: { ...instagram, code: 36103, message: 'The Instagram account is not eligible' },
  policy: { code: 368, message: 'The action attempted has been deemed abusive or is otherwise disallowed' },
  commerce: { code: 2022, message: 'Commerce messages are disabled for this Page by policy' },

  // Pace: 7
  sendRate: { code: 613, message: RATE },
  sendRateInstagram: { ...instagram, code: 613, subcode: 2534040, message: RATE },
  appRate: { code: 4, message: 'Application request limit reached' },
  userRate: { code: 17, message: 'User request limit reached' },
  pageRate: { code: 32, message: 'Page request limit reached' },
  pagesUse: { code: 80001, message: 'There have been too many calls to this Page account. Wait a bit and try again.' },
  instagramUse: { code: 80002, message: 'There have been too many calls to this Instagram account. Wait a bit and try again.' },
  readRate: { code: 80006, message: 'There have been too many calls to this messenger account. Wait a bit and try again.' },

  // The platform itself
  unknown: { status: 500, code: 1, message: 'An unknown error has occurred.' },
  sentAnyhow: { status: 500, code: 1, subcode: 1357046, message: 'Invalid JSON response' },
  temporary: { status: 503, code: 2, message: 'An unexpected error has occurred. Please retry your request later.' },
  sendFailure: { status: 500, code: 1200, message: 'Temporary send message failure. Please try again later.' },
} as const satisfies Record<string, Row>;
export type Refusal = keyof typeof REFUSALS;

/** What Meta itself calls worth another try. */
const TRANSIENT = new Set([2, 4, 17, 32, 613, 1200, 80001, 80002, 80006]);
/** Meta writes the code before the message; only its token errors and those of the platform itself stand alone. */
const BARE = new Set([1, 2, 102, 190]);

export function refuse(refusal: Refusal, detail?: string): Answer {
  const row: Row = REFUSALS[refusal];
  const bare = BARE.has(row.code) || row.type === 'GraphMethodException';
  const error = {
    message: `${bare ? '' : `(#${row.code}) `}${row.message}${detail ? `: ${detail}` : ''}`,
    type: row.type ?? 'OAuthException',
    code: row.code,
    ...(row.subcode === undefined ? {} : { error_subcode: row.subcode }),
    is_transient: TRANSIENT.has(row.code) && row.subcode !== 2018338,
    fbtrace_id: `A${randomBytes(16).toString('base64url')}`,
  };
  return { status: row.status ?? 400, body: { error } };
}
