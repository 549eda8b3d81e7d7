import type { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';

/** The body by its schema; the first fault as GatewayError invalid_request with a pointer to the field. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(String);
  throw new GatewayError('invalid_request', `${path.join('.') || 'the body'}: ${issue?.message ?? 'not valid'}`, { pointer: `/${path.join('/')}` });
}
