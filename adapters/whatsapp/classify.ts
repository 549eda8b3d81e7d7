import type { Failure } from '../../schemas/index.ts';
import { isObject, object, text } from '../_graph/loose.ts';
import { PlatformRefusal, surelyNotSent } from '../_graph/send-error.ts';
import { failureOf } from './errors.ts';

const unknown = (message: string): Failure => ({ code: 'outcome_unknown', outcome: 'unknown', retryable: false, scope: 'message', platformMessage: message });

function graphError(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = object(parsed).error;
    return isObject(error) && text(error.code) !== undefined ? error : null;
  } catch {
    return null;
  }
}

/** Anything that `send` threw, as a failure. Total. A 5xx without a Graph error body, a reset or a time-out may have been taken. */
export function classify(error: unknown): Failure {
  if (error instanceof PlatformRefusal) {
    const graph = graphError(error.body);
    if (graph) {
      const details = text(object(graph.error_data).details) ?? text(graph.error_data) ?? text(graph.message);
      const failure = failureOf(text(graph.code), details, graph.is_transient === true);
      const after = Number(error.retryAfter);
      return after > 0 ? { ...failure, retryAfterMs: after * 1000 } : failure;
    }
    if (error.status === 429) return { code: 'platform_throttled', outcome: 'not_sent', retryable: true, scope: 'channel', retryAfterMs: (Number(error.retryAfter) || 1) * 1000 };
    if (error.status >= 400 && error.status < 500)
      return {
        code: error.status === 401 ? 'channel_unauthorized' : 'request_rejected',
        outcome: 'not_sent',
        retryable: false,
        scope: error.status === 401 ? 'channel' : 'message',
        platformMessage: `HTTP ${error.status}`,
      };
    return unknown(error.status === 200 ? 'accepted without an id' : `HTTP ${error.status} without an error body`);
  }
  if (surelyNotSent(error)) return { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'channel', platformMessage: 'no connection to the platform' };
  return unknown('the connection ended before an answer came');
}
