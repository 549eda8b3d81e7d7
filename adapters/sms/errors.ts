import type { Failure } from '../../schemas/index.ts';
import { failureFrom, group, HOUR, MINUTE, type Row, range, row, SECOND } from '../_graph/error-rows.ts';

const rejected = row('request_rejected');
const setup = row('request_rejected', 'message'); // a person mends the configuration; the channel itself goes on
const unauthorized = row('channel_unauthorized', 'channel');
const restricted = row('channel_restricted', 'channel');
const unreachable = row('recipient_unreachable', 'recipient');
const blocked = row('recipient_blocked', 'recipient');
const template = row('template_invalid');
const media = row('media_invalid');
const billing = row('billing_problem', 'channel');
const later = (ms: number) => row('platform_unavailable', 'message', { retryable: true, retryAfterMs: ms });
const slower = (ms: number) => row('platform_throttled', 'channel', { retryable: true, retryAfterMs: ms });
const unsure = row('outcome_unknown', 'message', { outcome: 'unknown', retryable: false });

/** Twilio's error codes, in answers and in callbacks (error dictionary as of November 2026). A delivery that a callback calls failed is over: it is not sent again by itself. */
export const ERRORS: ReadonlyMap<string, Row> = new Map<string, Row>([
  // account and REST
  ...group('20001 20404 20413 20422', rejected),
  ...group('20003 20005 10001 20006 20008 30002 57012', unauthorized),
  ...group('10002', billing),
  ...group('20009 20409 20162 21730', later(MINUTE)),
  ['20429', slower(SECOND)],
  ...group('20500 20503', unsure),
  // refused when created
  ...range(21201, 21209, rejected),
  ...group(
    '21210 21212 21219 21607 21608 21601 21603 21606 21609 21616 21657 21659 21660 21663 21666 21667 21701 21702 21703 21704 21705 21708 21709 21712 35117 35118 30029 30030',
    setup,
  ),
  ...group('21211 21214 21217 21612 21614', unreachable),
  ['21216', blocked],
  ['21408', row('permission_missing', 'message')],
  ...group('21602 21619 21604 21617 21618 21624 30045 90007 21626 21652 21653 21658 21910 35111 35114 35115 35126', rejected),
  ...group('21654 21655 21656', template),
  ['21610', row('not_opted_in', 'recipient')],
  ['21611', slower(5 * MINUTE)],
  ...group('21620 21621 21622 21623', media),
  ['35125', later(HOUR)],
  ...range(30103, 30133, setup),
  // told by a callback
  ['30001', slower(5 * MINUTE)],
  ...group('30003', row('recipient_unreachable', 'recipient', { retryable: true, retryAfterMs: 3 * HOUR })),
  ['30004', blocked],
  ...group('30005 30006 30014 30015 30016', unreachable),
  ...group('30007 30018', rejected),
  ['30008', later(HOUR)],
  ...group('30009 30010 30012 30013', rejected),
  ...group('30011 30019', media),
  ['30017', later(5 * MINUTE)],
  ...group('30020 30021 30410', unsure),
  ...group('30022 30025 30026', slower(MINUTE)),
  ...group('30023 30027', slower(HOUR)),
  ...group('30024 30032 30033 30034', restricted),
  ['30035', later(HOUR)],
  ...group('30036 30047', row('expired', 'message')),
  ['30409', rejected],
  ...range(30440, 30449, restricted),
  ['30450', later(30 * MINUTE)],
  ...range(30500, 30599, setup),
  ['30610', later(HOUR)],
  ...range(30880, 30898, restricted),
  // channels
  ...group('63001 63002 63007 63008', unauthorized),
  ...group('63003 63024 63036', unreachable),
  ...group('63005 63006 63011 63013 63026 63030 63031 63032', rejected),
  ...group('63009 63010 63012', unsure),
  ...group('63014 63033', blocked),
  ...group('63015 63022 63035 63043 63044 63045 63046 63047 63037 63039', setup),
  ['63016', row('window_closed', 'recipient')],
  ...group('63017', slower(SECOND)),
  ...group('63018', row('recipient_throttled', 'recipient', { retryable: true, retryAfterMs: 5 * MINUTE })),
  ...group('63019', row('media_invalid', 'message', { retryable: true, retryAfterMs: MINUTE })),
  ...group('63020', billing),
  ...group('63021 63025 63034', media),
  ...group('63023 63029', later(MINUTE)),
  ...group('63027 63028 63040 63041 63042 63054', template),
  ['63038', slower(HOUR)],
  ['63049', row('marketing_capped', 'recipient')],
  ...group('63051 63101', restricted),
  ['63062', row('permission_missing', 'message')],
]);

/** Our failure for one of Twilio's codes; one that is not listed is its refusal of this message. */
export function failureOf(code: string | undefined, message: string | undefined): Failure {
  return failureFrom((code !== undefined && ERRORS.get(code)) || rejected, code, message);
}
