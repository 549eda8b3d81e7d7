import { createElementCount, type ElementCount, isPoison } from './count-elements.ts';
import type { Evidence, Ledger } from './evidence.ts';
import { createGaps, createOrder, createUnique } from './sequences.ts';

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
const numberOf = (text: string | undefined): number => Number(/(\d+)$/.exec(text ?? '')?.[1] ?? Number.NaN);
function compareLedger(ledger: Ledger, { own, bodies }: Journal, published: (channel: string) => number): string[] {
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
    bodies,
  );
  same(
    'bodies split',
    ledger.journals.reduce((n, j) => n + j.split, 0),
    bodies,
  );
  return found;
}

interface Journal {
  readonly own: ReturnType<ElementCount['counts']>;
  readonly bodies: number;
  /** Bodies that become a dead letter each. */
  readonly letters: readonly string[];
}
function readJournal(read: Evidence['bodies']): Journal {
  const elements = createElementCount();
  const letters: string[] = [];
  let bodies = 0;
  for (const body of read) {
    elements.add(body);
    if (isPoison(body)) letters.push(body);
    bodies++;
  }
  return { own: elements.counts(), bodies, letters };
}
/** The log, read once. */
async function readLog({ events, refusedByKafka }: Evidence) {
  const ids = createUnique();
  const received = createUnique();
  const order = createOrder();
  const gaps = createGaps();
  const published = new Map<string, number>();
  const parked = new Set<string>();
  for await (const { topic, event } of events) {
    const { id, type, subject, source, data } = event;
    ids.add(id);
    gaps.add(`${topic} ${subject}`, data.seq);
    if (refusedByKafka(event)) parked.add(id);
    if (data.raw && type !== 'webhook.rejected') published.set(source, (published.get(source) ?? 0) + 1);
    if (type !== 'message.received') continue;
    received.add(data.message?.platformId ?? '');
    const content = data.message?.content;
    order.add(subject, numberOf(content?.text ?? content?.caption));
  }
  return { ids, received, order, gaps, parked, published: (channel: string) => published.get(`/channels/${channel}`) ?? 0 };
}
type Log = Awaited<ReturnType<typeof readLog>>;
/** Kafka against the log. */
async function readTopics({ kafka }: Evidence, log: Log): Promise<{ doubled: readonly string[]; disorder: readonly string[]; differs: readonly string[] }> {
  if (kafka === null) return { doubled: [], disorder: [], differs: [] };
  const ids = createUnique();
  const order = createOrder();
  for await (const { topic, key, id, seq } of kafka(log.ids.seen.size - log.parked.size)) {
    ids.add(id);
    order.add(`${topic} ${key} on Kafka`, seq);
  }
  const missing = [...log.ids.seen].filter((id) => !ids.seen.has(id) && !log.parked.has(id));
  const strange = [...ids.seen].filter((id) => !log.ids.seen.has(id));
  return { doubled: ids.again, disorder: order.wrong, differs: [...missing, ...strange] };
}

/** Recounts everything from the evidence alone. */
export async function recount(evidence: Evidence): Promise<Verdict> {
  const { accepted, acknowledged, replies } = evidence;
  const journal = readJournal(evidence.bodies);
  const log = await readLog(evidence);
  const topics = await readTopics(evidence, log);
  const lost = acknowledged.filter((id) => !log.received.seen.has(id) && !journal.letters.some((b) => b.includes(`"${id}"`)));
  const doubled = [...log.received.again, ...log.ids.again, ...topics.doubled];
  const sends = createOrder();
  for (const a of accepted) sends.add(a.to, numberOf(a.text));
  const disorder = [...log.order.wrong, ...topics.disorder, ...sends.wrong];
  const ledger = compareLedger(evidence.ledger, journal, log.published);
  const calls = createUnique();
  for (const a of accepted) calls.add(a.own);
  const twice = [...new Set(calls.again)];
  const arrived = new Set(accepted.map((a) => a.own.split('.')[0] ?? ''));
  const unexplained = replies.filter((r) => !arrived.has(r.id) && !['unknown', 'failed', 'expired'].includes(r.status));
  const strange = replies.filter((r) => arrived.has(r.id) && !['sent', 'delivered', 'read'].includes(r.status));
  const words = (what: string, list: readonly string[]) => (list.length ? [`${what}: ${list.length}, e.g. ${list.slice(0, 3).join('; ')}`] : []);
  return {
    acknowledged: acknowledged.length,
    lost: lost.length,
    doubled: doubled.length,
    outOfOrder: disorder.length,
    seqGaps: log.gaps.wrong.length,
    ledger: ledger.length,
    kafkaDiffers: topics.differs.length,
    replies: replies.length,
    repliesTwice: twice.length,
    repliesLost: unexplained.length + strange.length,
    inDoubt: replies.filter((r) => !arrived.has(r.id) && ['unknown', 'failed'].includes(r.status)).length,
    findings: [
      ...words('lost', lost),
      ...words('doubled', doubled),
      ...words('out of order', disorder),
      ...words('seq', log.gaps.wrong),
      ...ledger,
      ...words('Kafka and the log differ', topics.differs),
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
