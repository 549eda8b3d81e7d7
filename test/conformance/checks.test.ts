import { CHECKS } from '../../src/conformance/checks.ts';
import type { GatewayEvent } from '../../src/conformance/surface.ts';
import type { Seen } from '../../src/conformance/trial.ts';

/** What was seen of one customer, Ana, who wrote "w1" and "w2" in this scenario. */
const about = (events: readonly GatewayEvent[]) =>
  ({
    channel: 'ch_wa',
    written: [
      { phone: '+447900000001', id: 'w1' },
      { phone: '+447900000001', id: 'w2' },
    ],
    events,
  }) as unknown as Seen;
const received = (subject: string, seq: number, platformId: string): GatewayEvent => ({
  type: 'message.received',
  topic: 'messages.v1',
  subject,
  data: { seq, channel: { id: 'ch_wa' }, message: { platformId } },
});
const status = (subject: string, seq: number): GatewayEvent => ({
  type: 'message.status',
  topic: 'statuses.v1',
  subject,
  data: { seq, channel: { id: 'ch_wa' }, messageId: 'ms_1' },
});
const [one, two] = [received('cv_ana', 1, 'w1'), received('cv_ana', 2, 'w2')];

test.each<[string, readonly GatewayEvent[], string | null]>([
  ['one after the other', [one, status('cv_ana', 1), two, status('cv_ana', 2)], null],
  ['late statuses of a conversation of the scenario before', [one, status('cv_before', 3), two, status('cv_before', 4)], null],
  ['one left out', [one, status('cv_ana', 2), two], '1 of 3 events do not follow the seq before them'],
  ['a message left out', [received('cv_ana', 2, 'w1'), received('cv_ana', 3, 'w2')], '1 of 2 events do not follow the seq before them'],
  ['twice the same', [one, received('cv_ana', 1, 'w2')], '1 of 2 events do not follow the seq before them'],
  ['nothing of the customers', [status('cv_before', 3)], 'no event has a seq'],
])('seq has no gap: %s', (_what, events, wrong) => {
  expect(CHECKS['seq has no gap'](about(events))).toBe(wrong);
});
