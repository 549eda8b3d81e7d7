import { FAILURES, type Failure, type FailureCode } from '../../schemas/index.ts';

/** What one error code of a platform means for a send. */
export interface Row {
  readonly code: FailureCode;
  readonly scope: Failure['scope'];
  readonly outcome: Failure['outcome'];
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly optOut?: 'sender' | 'marketing';
  readonly staleMedia?: true;
}
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const row = (code: FailureCode, scope: Failure['scope'] = 'message', more: Partial<Row> = {}): Row => ({
  code,
  scope,
  outcome: 'not_sent',
  retryable: FAILURES[code].retryable,
  ...more,
});
/** One row under several codes, written with spaces between them. */
export const group = (codes: string, value: Row): [string, Row][] => codes.split(' ').map((code) => [code, value]);
export const range = (from: number, to: number, value: Row): [string, Row][] => Array.from({ length: to - from + 1 }, (_, i) => [String(from + i), value]);

const MAX_MESSAGE = 500;
/** The failure of a row, with the platform's own code and words. */
export const failureFrom = (found: Row, code: string | undefined, message: string | undefined): Failure => ({
  code: found.code,
  outcome: found.outcome,
  scope: found.scope,
  retryable: found.retryable,
  ...(code === undefined ? {} : { platformCode: code }),
  ...(message === undefined ? {} : { platformMessage: message.slice(0, MAX_MESSAGE) }),
  ...(found.retryAfterMs === undefined ? {} : { retryAfterMs: found.retryAfterMs }),
  ...(found.optOut === undefined ? {} : { optOut: found.optOut }),
  ...(found.staleMedia ? { staleMedia: true as const } : {}),
});
