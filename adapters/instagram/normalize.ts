import { type Loose, object } from '../_graph/loose.ts';
import { normalizeMessaging } from '../_graph/messaging/normalize-body.ts';
import { parseJson } from '../_graph/parse-json.ts';
import type { VerifiedRequest } from '../contract.ts';
import type { Normalized } from '../facts.ts';
import { instagram } from './product.ts';

/** Every element of a body as a fact or a reject, in the order of the body. Pure and total. */
export const normalizeBody = (body: Loose): Normalized => normalizeMessaging(instagram, body);

/** As normalizeBody, of the raw request. */
export function normalize(request: VerifiedRequest): Normalized {
  const parsed = parseJson(request.body);
  return parsed.ok ? normalizeBody(object(parsed.value)) : { facts: [], rejects: [{ path: '', code: 'malformed_body', reason: parsed.reason }] };
}
