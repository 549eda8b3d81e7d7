import type { Failure } from '../../schemas/index.ts';
import { object, text } from '../_graph/loose.ts';
import { PlatformRefusal, surelyNotSent } from '../_graph/send-error.ts';
import { failureOf } from './errors.ts';

const unknown = (message: string): Failure => ({ code: 'outcome_unknown', outcome: 'unknown', retryable: false, scope: 'message', platformMessage: message });

function twilioError(body: string): { code: string; message: string | undefined } | null {
  try {
    const error = object(JSON.parse(body));
    const code = text(error.code);
    return code === undefined ? null : { code, message: text(error.message) ?? text(error.detail) ?? text(error.title) };
  } catch {
    return null;
  }
}

/** Anything that `send` threw, as a failure. Total. Creating a message is not idempotent: a 5xx, whatever its body says, a reset or a time-out may have made one. */
export function classify(error: unknown): Failure {
  if (error instanceof PlatformRefusal) {
    if (error.status < 400 || error.status >= 500) return unknown(error.status < 400 ? 'accepted without a SID' : `HTTP ${error.status}`);
    const told = twilioError(error.body);
    const after = Number(error.retryAfter) > 0 ? { retryAfterMs: Number(error.retryAfter) * 1000 } : {};
    if (error.status === 429) return { ...failureOf('20429', told?.message), ...(told ? { platformCode: told.code } : {}), ...after };
    if (told) return { ...failureOf(told.code, told.message), ...after };
    return error.status === 401 || error.status === 403 ? failureOf('20003', `HTTP ${error.status}`) : { ...failureOf(undefined, `HTTP ${error.status}`) };
  }
  if (surelyNotSent(error)) return { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'channel', platformMessage: 'no connection to the platform' };
  return unknown('the connection ended before an answer came');
}
