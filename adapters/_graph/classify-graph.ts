import type { Failure } from '../../schemas/index.ts';
import { isObject, object, text } from './loose.ts';
import { PlatformRefusal, surelyNotSent } from './send-error.ts';

/** The error object of a Graph answer. */
export interface GraphError {
  readonly code: string;
  readonly subcode?: string;
  readonly message?: string;
  /** The platform's own word that it may be tried again. */
  readonly transient: boolean;
  readonly status: number;
}

const unknown = (message: string): Failure => ({ code: 'outcome_unknown', outcome: 'unknown', retryable: false, scope: 'message', platformMessage: message });

/** The error object of an answer's body, whatever its HTTP status; null where there is none. */
export function graphErrorOf({ status, body }: PlatformRefusal): GraphError | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  const error = object(parsed).error;
  const code = isObject(error) ? text(error.code) : undefined;
  if (!isObject(error) || code === undefined) return null;
  const subcode = text(error.error_subcode);
  const message = text(object(error.error_data).details) ?? text(error.error_data) ?? text(error.message);
  return { code, transient: error.is_transient === true, status, ...(subcode === undefined ? {} : { subcode }), ...(message === undefined ? {} : { message }) };
}

function withoutGraphError({ status, retryAfter }: PlatformRefusal): Failure {
  if (status === 429) return { code: 'platform_throttled', outcome: 'not_sent', retryable: true, scope: 'channel', retryAfterMs: (Number(retryAfter) || 1) * 1000 };
  if (status >= 400 && status < 500) {
    const unauthorized = status === 401;
    return {
      code: unauthorized ? 'channel_unauthorized' : 'request_rejected',
      outcome: 'not_sent',
      retryable: false,
      scope: unauthorized ? 'channel' : 'message',
      platformMessage: `HTTP ${status}`,
    };
  }
  return unknown(status === 200 ? 'accepted without an id' : `HTTP ${status} without an error body`);
}

/** Anything that `send` threw, as a failure, by the channel's own table of codes. Total. A 5xx without a Graph error body, a reset or a time-out may have been taken. */
export function classifyGraph(error: unknown, failureOf: (error: GraphError) => Failure): Failure {
  if (error instanceof PlatformRefusal) {
    const graph = graphErrorOf(error);
    if (!graph) return withoutGraphError(error);
    const failure = failureOf(graph);
    const after = Number(error.retryAfter);
    return after > 0 ? { ...failure, retryAfterMs: after * 1000 } : failure;
  }
  if (surelyNotSent(error)) return { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'channel', platformMessage: 'no connection to the platform' };
  return unknown('the connection ended before an answer came');
}
