import type { Failure } from '../../../schemas/index.ts';
import type { GraphError } from '../classify-graph.ts';
import { failureFrom, group, MINUTE, type Row, range, row, SECOND } from '../error-rows.ts';

const rejected = row('request_rejected');
const unsure = row('outcome_unknown', 'message', { outcome: 'unknown', retryable: false });
const slower = row('platform_throttled', 'channel', { retryAfterMs: MINUTE });
const permission = row('permission_missing', 'channel');
const unauthorized = row('channel_unauthorized', 'channel');
const restricted = row('channel_restricted', 'channel');
const unreachable = row('recipient_unreachable', 'recipient');
const closed = row('window_closed', 'recipient');
const media = row('media_invalid');
const capped = row('marketing_capped', 'recipient');
const notOurs = row('thread_not_owned', 'recipient');
/** The platform could not fetch the file: "upload instead". */
const fetchAgain = row('media_invalid', 'message', { retryable: true, retryAfterMs: 10 * SECOND, staleMedia: true });

/**
 * Graph error codes of Messenger and Instagram (Meta's table as of November 2026), by `code/subcode`, or by a bare number that is
 * matched as subcode or code. Where the platform may have sent all the same (1, 2, 1200), the outcome is unknown: there is no
 * idempotency key, and an echo tells.
 */
export const ERRORS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...group('1 1/99 1/1357046 2 1200', unsure),
  ...group('1/2018382 100/2018014 100/2018034 100/2018032 100/2018164 100/2018218 100/2018247 100/2018320 100/2018328 10303', rejected),
  ...group('2/2018344 200/2018021 200/2018027', row('permission_missing')),
  ...group('3 10 200 36103', permission),
  ['4', row('platform_throttled', 'channel', { retryAfterMs: 5 * MINUTE })],
  ...group('4/2018354 9/2018352 613/1893016', capped),
  ...group('4/2018022 17 32 613 613/2534040 80001 80002 80006', slower),
  ...group('10/2018278 10/2018065 10/2534022', closed),
  ...group('10/2018108 100/2018001 100/2534014 200/1545041 551 551/1545041', unreachable),
  ...group('10/1893063 368 100/2534029 2022', restricted),
  ['10/1404170', row('channel_restricted')],
  ['613/2018338', row('channel_restricted', 'recipient')],
  ['10/1893015', row('not_opted_in', 'recipient', { optOut: 'marketing' })],
  ...group('10/2018336 100 100/2534015 100/2534025 100/2534068 9000001', rejected),
  ...group('10/2534077 33 100/33 100/2534013 102 190 190/458 190/459 190/460 190/463 190/464 190/467 190/490 190/492 190/2069032 200/2534041', unauthorized),
  ...group('200/2018028 230', row('permission_missing', 'recipient')),
  ...group('100/2018008 100/2018294', fetchAgain),
  ...group('100/2018047 100/2018109 36000', media),
  // "attachment id invalid, foreign or expired (90 d)"
  ['100/2018074', row('media_invalid', 'message', { staleMedia: true })],
  ...range(2018173, 2018188, media),
  ...group('100/2534037 2018171 2018234 2018300', notOurs),
  // An automated question and answer of a lead ad holds the thread; it gives it back.
  ['2018321', row('thread_not_owned', 'recipient', { retryable: true, retryAfterMs: 30 * MINUTE })],
]);
/** Codes that speak of the token itself, whatever their subcode. */
const OF_TOKEN = new Set(['102', '190', '368']);

function rowOf({ code, subcode, transient, status }: GraphError): Row {
  const known = ERRORS.get(`${code}/${subcode}`) ?? (subcode === undefined ? undefined : ERRORS.get(subcode));
  if (known) return known;
  const general = ERRORS.get(code) ?? (/^2\d\d$/.test(code) ? permission : undefined);
  if (!general) return transient || status >= 500 ? unsure : rejected;
  // A subcode that is not listed speaks of less than the whole channel: one odd message must not pause it.
  const narrow = subcode !== undefined && general.scope === 'channel' && !general.retryable && !OF_TOKEN.has(code);
  return narrow ? { ...general, scope: 'message' } : general;
}

/** Our failure for an error of the platform. */
export const failureOf = (error: GraphError): Failure => failureFrom(rowOf(error), error.subcode === undefined ? error.code : `${error.code}/${error.subcode}`, error.message);
