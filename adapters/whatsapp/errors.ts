import type { Failure } from '../../schemas/index.ts';
import { failureFrom, group, HOUR, MINUTE, type Row, row, SECOND } from '../_graph/error-rows.ts';

const rejected = row('request_rejected');
const unreachable = row('recipient_unreachable', 'recipient');
const template = row('template_invalid');
const unavailable = row('platform_unavailable');
const permission = row('permission_missing', 'channel');

/**
 * Cloud API error codes (Meta's error reference as of October 2026; the same codes come synchronously and in failed statuses).
 * Branch on the code, never on HTTP status or title. All are `not_sent`.
 */
export const ERRORS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...group('0 190', row('channel_unauthorized', 'channel')),
  ...group('1 131000', row('platform_unavailable', 'message', { retryAfterMs: SECOND })),
  ...group('2 131016 133004', unavailable),
  ...group('3 10 131005', permission),
  ...group('4 80007', row('platform_throttled', 'channel', { retryAfterMs: 5 * MINUTE })),
  ...group('33 133010 131045', row('channel_unauthorized', 'channel')),
  ...group('100 803 1026 131008 131009 131021 131051 131055 131059 131061 131063 135000 131065', rejected),
  ...group('368 131031', row('channel_restricted', 'channel')),
  ...group('130403 130497', row('recipient_blocked', 'recipient')),
  ['131050', row('not_opted_in', 'recipient', { optOut: 'marketing' })],
  ['130429', row('platform_throttled', 'channel', { retryAfterMs: SECOND })],
  ...group('130472 131049', row('marketing_capped', 'recipient')),
  ...group('131020 131041 131201 131202 131204 131207 131209 131210 131211 131212 131213 131214 131215', rejected),
  ...group('131026 131030 131062', unreachable),
  ...group('130501 131035 131036 131060', rejected),
  ['131037', row('channel_restricted', 'channel')],
  ...group('131042 131044', row('billing_problem', 'channel')),
  ['131047', row('window_closed', 'recipient')],
  ['131048', row('channel_restricted', 'channel')],
  ['131052', row('media_invalid')],
  ['131053', row('media_invalid')],
  ['131056', row('recipient_throttled', 'recipient', { retryAfterMs: 6 * SECOND })],
  ['131057', row('platform_unavailable', 'channel', { retryAfterMs: MINUTE })],
  ['131064', row('channel_restricted', 'channel')],
  ['131070', row('thread_not_owned', 'recipient')],
  ['131208', row('platform_throttled', 'channel', { retryAfterMs: MINUTE })],
  ...group(
    '132000 132001 132005 132007 132008 132012 132015 132016 132018 132068 139200 141002 2388019 2388039 2388040 2388047 2388072 2388073 2388293 2388299 2388318 2388330',
    template,
  ),
  ['132069', row('platform_throttled', 'message', { retryAfterMs: HOUR })],
  ...group('133000 133005 133006 133008 133009 133015 133016 136024', row('channel_unauthorized', 'channel')),
  ['134011', permission],
  ...group('134100 134102', template),
  ['134101', row('platform_unavailable', 'message', { retryAfterMs: 10 * MINUTE })],
  ['137000', unreachable],
  ...group('138000 138001 138002 138003 138004 138005 138006 138007 138009 138012 138013 138014 138015 138017 138018 138019 138020 138021 138022 138023 138024 138038', rejected),
  ...group('139000 139001 139002 139003 139004 139100 139101', rejected),
  ...group('139102 139103', unavailable),
  ...group('147001 147002 147003 147004 147005 200005 200006 200007 1752041 2388001 2388012 2388091 2388093 2388103', rejected),
  ...group('2494100', row('platform_unavailable', 'channel', { retryAfterMs: 5 * MINUTE })),
  ...group(
    '2494164 2494165 2494166 2494167 2494168 2494169 2494170 2494171 2494172 2494173 2494174 2494175 2494176 2494177 2494178 2494179 2494191 2593079 2593085 2593107 2593108 2593109',
    rejected,
  ),
]);

/** The row of a code; 200 to 299 are permissions; a code that is not listed is the platform's refusal of this request. */
function rowOf(code: string): Row {
  const found = ERRORS.get(code);
  if (found) return found;
  return /^2\d\d$/.test(code) ? permission : rejected;
}

/** No code is of media ids alone: an unknown one is a parameter that is not valid, and the details say which. */
const OF_A_FILE = new Set(['100', '131009', '131052', '131053']);

/** Our failure for one of the platform's codes; `transient` is the platform's own word that it may be tried again. */
export function failureOf(code: string | undefined, message: string | undefined, transient = false): Failure {
  const found = rowOf(code ?? '');
  const stale = OF_A_FILE.has(code ?? '') && /\bmedia\b/i.test(message ?? '') ? { staleMedia: true as const } : {};
  return failureFrom({ ...found, ...stale, ...(transient ? { retryable: true } : {}) }, code, message);
}
