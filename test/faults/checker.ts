import { countElements, isPoison } from './count-elements.ts';
import type { Evidence, LogEvent } from './evidence.ts';

/** The figures of one scenario; every one but the first, `replies` and `inDoubt` must be 0. */
export interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  /** In the log, or for a read_committed consumer, more than once. */
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly seqGaps: number;
  /** Differences between the ledger and this count. */
  readonly ledger: number;
  /** In the log and not on Kafka, or the other way round. */
  readonly kafkaDiffers: number;
  readonly replies: number;
  readonly repliesTwice: number;
  /** Replies that were promised and ended in no explained state. */
  readonly repliesLost: number;
  /** Replies whose outcome the gateway honestly does not know; the platform had none of them twice. */
  readonly inDoubt: number;
  /** What was found, in words. */
  readonly findings: readonly string[];
}
const duplicates = (list: readonly string[]): string[] => {
  const seen = new Set<string>();
  return list.filter((x) => seen.size === seen.add(x).size);
};
const numberOf = (text: string | undefined): number => Number(/(\d+)$/.exec(text ?? '')?.[1] ?? Number.NaN);

/** Numbers that do not follow each other from 1, per key. */
function gaps(list: readonly { key: string; seq: number }[]): string[] {
  const last = new Map<string, number>();
  return list.flatMap(({ key, seq }) => {
    const due = (last.get(key) ?? 0) + 1;
    last.set(key, seq);
    return seq === due ? [] : [`${key}: ${seq} where ${due} was due`];
  });
}
/** Texts count up per key; what does not. */
function disorder(list: readonly { key: string; n: number }[]): string[] {
  const last = new Map<string, number>();
  return list.flatMap(({ key, n }) => {
    const before = last.get(key) ?? 0;
    last.set(key, Math.max(before, n));
    return n > before ? [] : [`${key}: ${n} after ${before}`];
  });
}
function compareLedger({ ledger, bodies }: Evidence, published: (channel: string) => number): string[] {
  const own = countElements(bodies);
  const found: string[] = [];
  const same = (what: string, theirs: number, mine: number) => theirs === mine || found.push(`ledger: ${what} ${theirs}, counted ${mine}`);
  for (const name of new Set([...own.keys(), ...ledger.channels.map((c) => c.channel)])) {
    const rows = ledger.channels.filter((c) => c.channel === name); // one a day
    const sum = (of: (c: (typeof rows)[number]) => number) => rows.reduce((n, c) => n + of(c), 0);
    const absorbed = sum((c) => Object.values(c.absorbed).reduce((a, b) => a + b, 0));
    const mine = own.get(name) ?? { elements: 0, repeats: 0, poison: 0 };
    same(
      `${name} elements`,
      sum((c) => c.elements),
      mine.elements,
    );
    same(
      `${name} dead letters`,
      sum((c) => c.deadLettered),
      mine.poison,
    );
    same(
      `${name} duplicates`,
      sum((c) => c.duplicate),
      mine.repeats,
    );
    same(
      `${name} published`,
      sum((c) => c.published),
      published(name),
    );
    same(`${name} published and absorbed`, sum((c) => c.published) + absorbed + sum((c) => c.waiting), mine.elements - mine.repeats - mine.poison);
  }
  same(
    'bodies received',
    ledger.journals.reduce((n, j) => n + j.received, 0),
    bodies.length,
  );
  same(
    'bodies split',
    ledger.journals.reduce((n, j) => n + j.split, 0),
    bodies.length,
  );
  return found;
}

/** Recounts everything from the evidence alone. */
export function recount(evidence: Evidence): Verdict {
  const events = evidence.events.map((e) => e.event);
  const received = events.filter((e) => e.type === 'message.received');
  const platformId = (e: LogEvent) => e.data.message?.platformId ?? '';
  const there = new Set(received.map(platformId));
  const letters = evidence.bodies.filter(isPoison);
  const lost = evidence.acknowledged.filter((id) => !there.has(id) && !letters.some((b) => b.includes(`"${id}"`)));
  const doubled = [...duplicates(received.map(platformId)), ...duplicates(events.map((e) => e.id)), ...duplicates(evidence.kafka?.map((r) => r.id) ?? [])];
  const order = disorder(received.map((e) => ({ key: e.subject, n: numberOf(e.data.message?.content.text) })));
  const sendOrder = disorder(evidence.accepted.map((a) => ({ key: a.to, n: numberOf(a.text) })));
  const missing = gaps(evidence.events.map(({ topic, event }) => ({ key: `${topic} ${event.subject}`, seq: event.data.seq })));
  const parked = new Set(evidence.refusedByKafka);
  const onKafka = new Set(evidence.kafka?.map((r) => r.id));
  const inLog = new Set(events.map((e) => e.id));
  const differs = evidence.kafka ? [...events.filter((e) => !onKafka.has(e.id) && !parked.has(e.id)).map((e) => e.id), ...[...onKafka].filter((id) => !inLog.has(id))] : [];
  const kafkaOrder = disorder((evidence.kafka ?? []).map((r) => ({ key: `${r.topic} ${r.key} on Kafka`, n: r.seq })));
  const ledger = compareLedger(evidence, (channel) => events.filter((e) => e.data.raw && e.type !== 'webhook.rejected' && e.source === `/channels/${channel}`).length);
  const messages = new Map<string, number>();
  for (const { own } of evidence.accepted) messages.set(own, (messages.get(own) ?? 0) + 1);
  const twice = [...messages].filter(([, n]) => n > 1).map(([own]) => own);
  const arrived = new Set(evidence.accepted.map((a) => a.own.split('.')[0] ?? ''));
  const unexplained = evidence.replies.filter((r) => !arrived.has(r.id) && !['unknown', 'failed', 'expired'].includes(r.status));
  const strange = evidence.replies.filter((r) => arrived.has(r.id) && !['sent', 'delivered', 'read'].includes(r.status));
  const words = (what: string, list: readonly string[]) => (list.length ? [`${what}: ${list.length}, e.g. ${list.slice(0, 3).join('; ')}`] : []);
  return {
    acknowledged: evidence.acknowledged.length,
    lost: lost.length,
    doubled: doubled.length,
    outOfOrder: order.length + kafkaOrder.length + sendOrder.length,
    seqGaps: missing.length,
    ledger: ledger.length,
    kafkaDiffers: differs.length,
    replies: evidence.replies.length,
    repliesTwice: twice.length,
    repliesLost: unexplained.length + strange.length,
    inDoubt: evidence.replies.filter((r) => !arrived.has(r.id) && ['unknown', 'failed'].includes(r.status)).length,
    findings: [
      ...words('lost', lost),
      ...words('doubled', doubled),
      ...words('out of order', [...order, ...kafkaOrder, ...sendOrder]),
      ...words('seq', missing),
      ...ledger,
      ...words('Kafka and the log differ', differs),
      ...words('replies accepted twice', twice),
      ...words(
        'replies not accounted for',
        [...unexplained, ...strange].map((r) => `${r.id} is ${r.status}, ${arrived.has(r.id) ? 'arrived' : 'never arrived'}`),
      ),
    ],
  };
}
/** Whether the invariants hold. */
export const holds = (v: Verdict): boolean =>
  v.lost + v.doubled + v.outOfOrder + v.seqGaps + v.ledger + v.kafkaDiffers + v.repliesTwice + v.repliesLost === 0 && v.acknowledged > 0;
