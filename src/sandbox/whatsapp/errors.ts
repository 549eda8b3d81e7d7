import { randomBytes } from 'node:crypto';
import type { Answer } from '../core/platform-server.ts';

/** Meta's refusals: HTTP status, code and title, as the reference of the Cloud API lists them. */
const REFUSALS = {
  token: [401, 190, 'Invalid OAuth access token'],
  node: [404, 803, 'Some of the aliases you requested do not exist'],
  parameter: [400, 100, 'Invalid parameter'],
  missing: [400, 131008, 'Required parameter is missing'],
  value: [400, 131009, 'Parameter value is not valid'],
  type: [400, 131051, 'Message type is not supported'],
  throughput: [400, 130429, 'Rate limit hit'],
  pair: [400, 131056, '(Business Account, Consumer Account) pair rate limit hit'],
  accountRate: [400, 80007, 'Rate limit issues'],
  window: [400, 131047, 'Re-engagement message'],
} as const satisfies Record<string, readonly [number, number, string]>;
export type Refusal = keyof typeof REFUSALS;

export function refuse(refusal: Refusal, details?: string): Answer {
  const [status, code, title] = REFUSALS[refusal];
  return {
    status,
    body: {
      error: {
        message: `(#${code}) ${title}`,
        type: 'OAuthException',
        code,
        ...(details ? { error_data: { messaging_product: 'whatsapp', details } } : {}),
        fbtrace_id: randomBytes(8).toString('hex'),
      },
    },
  };
}
