import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holds, recount } from './checker.ts';
import type { Evidence, KafkaRecord, LoggedEvent } from './evidence.ts';
import { talksOf, webhookOf } from './load.ts';
import { createRandom } from './random.ts';
import { judge, type Sample } from './soak.ts';

/** The checker must be able to fail: whole evidence holds, and each deliberate sabotage of it is found under its own name. */
const [talk, other] = talksOf(2);
if (!talk || !other) throw new Error('two talks');
const event = (n: number, seq = n): LoggedEvent => ({
  topic: 'messages.v1',
  event: {
    id: `e${n}`,
    type: 'message.received',
    subject: 'cv_1',
    source: `/channels/${talk.channel}`,
    data: { seq, raw: { journal: 'jr_1', path: '' }, message: { platformId: `m${n}`, content: { text: `n ${n}` } } },
  },
});
const numbers = [1, 2, 3, 4];
const records: KafkaRecord[] = numbers.map((n) => ({ topic: 'messages.v1', key: 'cv_1', id: `e${n}`, seq: n }));
const events = numbers.map((n) => event(n));
const whole = {
  acknowledged: ['m1', 'm2', 'm3', 'm4'],
  bodies: [...numbers, 2].map((n) => webhookOf(talk, [{ id: `m${n}`, text: `n ${n}` }])),
  events,
  kafka: () => records,
  refusedByKafka: () => false,
  ledger: {
    channels: [{ channel: talk.channel, elements: 5, published: 4, duplicate: 1, absorbed: {}, deadLettered: 0, waiting: 0 }],
    journals: [{ journal: 'j', received: 5, split: 5, pending: 0 }],
  },
  replies: [{ id: 'ms_1', to: '1', n: 1, status: 'delivered' }],
  accepted: [{ own: 'ms_1.1.1', to: '1', text: 'reply 1' }],
} satisfies Evidence;
const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);
const [first] = whole.ledger.channels;
const ledger = (over: object): Evidence['ledger'] => ({ ...whole.ledger, channels: first ? [{ ...first, ...over }] : [] });

test('whole evidence holds', async () => {
  const verdict = await recount(whole);
  expect(verdict.findings).toEqual([]);
  expect(holds(verdict)).toBe(true);
});
test('a picture is told by its caption', async () => {
  const { event: second, topic } = event(2);
  const picture = { topic, event: { ...second, data: { ...second.data, message: { platformId: 'm2', content: { caption: 'n 2' } } } } };
  const verdict = await recount({ ...whole, events: events.map((e) => (e.event.id === 'e2' ? picture : e)) });
  expect(verdict.findings).toEqual([]);
});
test.each<[string, Partial<Evidence>, object]>([
  ['an event dropped from the log', { events: without(events, 3), kafka: () => without(records, 3) }, { lost: 1 }],
  ['one dropped in the middle', { events: without(events, 1) }, { lost: 1, seqGaps: 1, kafkaDiffers: 1 }],
  ['an event twice in the log', { events: [...events, { ...event(4, 5), event: { ...event(4, 5).event, id: 'e5' } }] }, { doubled: 1 }],
  ['a record twice on Kafka', { kafka: () => [...records, { topic: 'messages.v1', key: 'cv_1', id: 'e4', seq: 4 }] }, { doubled: 1 }],
  ['a record missing on Kafka', { kafka: () => without(records, 2) }, { kafkaDiffers: 1 }],
  ['two messages the wrong way round', { events: [event(1), event(3, 2), event(2, 3), event(4)] }, { outOfOrder: 1, seqGaps: 0 }],
  ['two records the wrong way round on Kafka', { kafka: () => [0, 2, 1, 3].flatMap((i) => records[i] ?? []) }, { outOfOrder: 1 }],
  ['a gap in seq', { events: [event(1), event(2), event(3, 4), event(4, 5)] }, { seqGaps: 1 }],
  ['an element that the ledger did not count', { ledger: ledger({ elements: 4 }) }, { ledger: 1 }],
  ['a duplicate booked as published', { ledger: ledger({ published: 5, duplicate: 0 }) }, { ledger: 3 }],
  ['a body that was not split', { ledger: { ...whole.ledger, journals: [{ journal: 'j', received: 5, split: 4, pending: 1 }] } }, { ledger: 1 }],
  ['a reply accepted twice', { accepted: [...whole.accepted, ...whole.accepted] }, { repliesTwice: 1 }],
  ['a reply that vanished', { accepted: [], replies: [{ id: 'ms_1', to: '1', n: 1, status: 'queued' }] }, { repliesLost: 1 }],
  ['a reply called failed that arrived', { replies: [{ id: 'ms_1', to: '1', n: 1, status: 'failed' }] }, { repliesLost: 1 }],
])('sabotage, %s: found', async (_name, over, found) => {
  const verdict = await recount({ ...whole, ...over });
  expect(verdict).toMatchObject(found);
  expect(holds(verdict)).toBe(false);
  expect(verdict.findings.length).toBeGreaterThan(0);
});
test('the harness shares no code with what it checks', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && !f.startsWith('preload'));
  const own = files.filter((f) => /from '[./]+(src|adapters|schemas)\//.test(readFileSync(join(import.meta.dirname, f), 'utf8')));
  expect([files.length > 10, own]).toEqual([true, []]);
});
test('nothing acknowledged is no proof', async () => expect(holds(await recount({ ...whole, acknowledged: [] }))).toBe(false));

test('the same seed chooses the same moments', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 5 },
      (
        (random) => () =>
          random.next()
      )(createRandom(seed)),
    );
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
test('a soak that grows is not flat', () => {
  const samples = (grow: number): Sample[] =>
    Array.from({ length: 60 }, (_, i) => ({ seconds: i * 10, rssMb: 200 + i * grow, heapMb: 50, handles: 60, sockets: 30, walMb: 10, delayMs: 12 }));
  expect(judge(samples(0)).every((f) => f.flat)).toBe(true);
  expect(
    judge(samples(3))
      .filter((f) => !f.flat)
      .map((f) => f.figure),
  ).toEqual(['rssMb']);
});
