import { randomBytes } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';

interface Row {
  readonly status: number;
  readonly code: number;
  readonly subcode?: number;
  readonly type?: 'OAuthException' | 'GraphMethodException' | 'IGApiException';
  readonly message: string;
}
/** Refusals of the Send API and Graph (messenger.md 9.2), by what was wrong. */
const REFUSALS = {
  token: { status: 401, code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  node: {
    status: 400,
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message: 'Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not support this operation',
  },
  parameter: { status: 400, code: 100, message: '(#100) Invalid parameter' },
  empty: { status: 400, code: 100, subcode: 2018032, message: '(#100) Invalid data' },
  nothing: { status: 400, code: 100, subcode: 2018034, message: '(#100) Message cannot be empty, must provide valid attachment or text' },
  tooLong: { status: 400, code: 100, message: '(#100) Length of param message[text] must be less than or equal to 2000' },
  tooLongInstagram: { status: 400, code: 100, subcode: 2534015, message: '(#100) Invalid message data' },
  both: { status: 400, code: 100, subcode: 2018014, message: '(#100) Cannot specify both message and sender_action' },
  tag: { status: 400, code: 100, message: '(#100) Unsupported message tag' },
  humanAgent: { status: 400, code: 10, message: '(#10) This message is sent outside of allowed window' },
  noUser: { status: 400, code: 100, subcode: 2018001, message: '(#100) No matching user found' },
  noUserInstagram: { status: 400, code: 100, subcode: 2534014, type: 'IGApiException', message: '(#100) No matching Instagram user' },
  window: { status: 400, code: 10, subcode: 2018278, message: '(#10) This message is sent outside of allowed window.' },
  windowInstagram: { status: 403, code: 10, subcode: 2534022, type: 'IGApiException', message: '(#10) This message is sent outside of allowed window.' },
  attachmentId: { status: 400, code: 100, subcode: 2018074, message: '(#100) Invalid attachment ID' },
  attachmentType: { status: 400, code: 100, subcode: 2018047, message: '(#100) Upload attachment failure.' },
  fetch: { status: 400, code: 100, subcode: 2018008, message: '(#100) Failed to fetch the file from the url' },
  noProfile: { status: 400, code: 100, subcode: 2018218, message: '(#100) No profile available for this user.' },
  field: { status: 400, code: 100, subcode: 2018247, message: '(#100) Insufficient permission to access the requested field' },
  unknownField: { status: 400, code: 100, message: '(#100) Tried accessing nonexisting field' },
  sendRate: { status: 400, code: 613, message: '(#613) Calls to this api have exceeded the rate limit.' },
  sendRateInstagram: { status: 400, code: 613, subcode: 2534040, type: 'IGApiException', message: '(#613) Calls to this api have exceeded the rate limit.' },
  readRate: { status: 400, code: 80006, message: '(#80006) There have been too many calls to this messenger account. Wait a bit and try again.' },
} as const satisfies Record<string, Row>;
export type Refusal = keyof typeof REFUSALS;

export function refuse(refusal: Refusal, detail?: string): Answer {
  const row: Row = REFUSALS[refusal];
  const error = {
    message: detail ? `${row.message}: ${detail}` : row.message,
    type: row.type ?? 'OAuthException',
    code: row.code,
    ...(row.subcode === undefined ? {} : { error_subcode: row.subcode }),
    is_transient: row.code === 613 || row.code === 80006,
    fbtrace_id: randomBytes(8).toString('base64url'),
  };
  return { status: row.status, body: { error } };
}
