import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Bench } from './bench.ts';
import type { Scenario } from './scenarios.ts';
import type { Books, GatewayEvent, Handed, Surface } from './surface.ts';

export interface Reply {
  readonly phone: string;
  readonly text: string;
  readonly stranger: boolean;
  readonly handed: Handed;
}
/** What happened in one scenario: all that the checks may look at. */
export interface Seen {
  readonly scenario: Scenario;
  readonly channel: string;
  /** In the order of each customer. */
  readonly written: readonly { readonly phone: string; readonly id: string }[];
  readonly replies: readonly Reply[];
  /** What the gateway published during this scenario: of its channel, and what names no channel. */
  readonly events: readonly GatewayEvent[];
  /** What of it was there before the faults of the customers' side ended. */
  readonly eventsInFaults: readonly GatewayEvent[];
  readonly acknowledgedInFaults: number;
  readonly struck: Readonly<Record<string, number>>;
  /** Texts of the business on each phone, oldest first. */
  readonly shown: ReadonlyMap<string, readonly string[]>;
  /** Refusals of the platform, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly books: Books;
  /** The longest that this process, and the platform in it, did not look. */
  readonly stallMs: number;
}
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const [LOOK_MS, QUIET_MS] = [100, 1500];

async function until(good: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end && !(await good()); ) await sleep(LOOK_MS);
}
/** The events of a message that a customer wrote, by the platform's id. */
export const receivedIn = (events: readonly GatewayEvent[], id: string): readonly GatewayEvent[] =>
  events.filter((e) => e.type === 'message.received' && e.data.message?.platformId === id);
/** Whether the gateway told the end of this message. */
export const failedBy = (events: readonly GatewayEvent[], id: string | undefined): boolean =>
  events.some((e) => e.type === 'message.status' && e.data.messageId === id && (e.data.status === 'failed' || e.data.status === 'expired'));

export interface Stage {
  readonly bench: Bench;
  readonly surface: Surface;
  /** Of the scenario; and of the run, so that no run meets the customers and keys of another. */
  readonly number: number;
  readonly run: number;
}
interface Course extends Stage {
  readonly scenario: Scenario;
  readonly phones: readonly string[];
  during(): readonly GatewayEvent[];
}
const digits = (n: number, length: number) => String(n).padStart(length, '0');
const subjectOf = ({ during }: Course, id: string) => receivedIn(during(), id)[0]?.subject;

/** Customers write, each one text after the other, while the scenario's faults are on; then all of it may come. */
async function write(course: Course): Promise<Pick<Seen, 'written' | 'eventsInFaults' | 'struck'> & { acknowledged: number }> {
  const { bench, scenario, phones, number, during } = course;
  const { faults, seconds } = scenario.inbound ?? { faults: [], seconds: 0 };
  await bench.begin(faults, number);
  const began = Date.now();
  const each = phones.map(async (phone) => {
    const own: { phone: string; id: string }[] = [];
    for (let i = 0; i < scenario.writes; i++) own.push({ phone, id: (await bench.write(phone, `message ${i}`)).id });
    return own;
  });
  const written = (await Promise.all(each)).flat();
  await sleep(Math.max(seconds * 1000 - (Date.now() - began), 0));
  const eventsInFaults = during();
  const { acknowledged } = await bench.stats();
  const struck = await bench.end();
  if (!scenario.gone) await until(() => written.every(({ id }) => subjectOf(course, id) !== undefined), scenario.patienceSeconds * 1000);
  return { written, eventsInFaults, struck, acknowledged };
}
/** The business replies, all at once and in order for each customer, while the scenario's faults are on. */
async function reply(course: Course, written: Seen['written']): Promise<Reply[]> {
  const { bench, surface, scenario, phones, number, run } = course;
  const { faults, seconds } = scenario.outbound ?? { faults: [], seconds: 0 };
  await bench.begin(faults, number + 500);
  const replies: Reply[] = [];
  async function hand(phone: string, i: number, about: { to: object; stranger: boolean }): Promise<void> {
    const text = `reply ${i} of ${run}.${number}`;
    const handed = await surface.send({ channel: bench.channel, to: about.to, text, key: `conformance-${run}-${phone}-${i}` });
    replies.push({ phone, text, stranger: about.stranger, handed });
  }
  const all = phones.map(async (phone) => {
    const conversation = subjectOf(course, written.find((w) => w.phone === phone)?.id ?? '');
    for (let i = 0; i < scenario.replies; i++) await hand(phone, i, { to: conversation ? { conversation } : { phone }, stranger: false });
  });
  await Promise.all(all);
  for (let i = 0; i < (scenario.strangers ?? 0); i++) {
    const phone = `+4478${digits(run, 4)}${digits(number, 2)}${digits(i, 2)}`;
    await hand(phone, i, { to: { phone }, stranger: true });
  }
  await sleep(seconds * 1000);
  await bench.end();
  return replies;
}
/** Each reply is on its phone, or was told as failed. */
async function settle({ bench, scenario, during }: Course, replies: readonly Reply[]): Promise<Seen['shown']> {
  const phones = [...new Set(replies.map((r) => r.phone))];
  const look = async () => new Map(await Promise.all(phones.map(async (phone) => [phone, await bench.shown(phone)] as const)));
  const over = async () => {
    const shown = await look();
    return replies.every(({ phone, text, handed }) => handed.id === undefined || shown.get(phone)?.includes(text) || failedBy(during(), handed.id));
  };
  await until(over, scenario.patienceSeconds * 1000);
  await sleep(QUIET_MS); // what comes once too often comes now
  return look();
}

/** Plays one scenario. Customers are new in each, so that no scenario sees another's. */
export async function play(scenario: Scenario, stage: Stage): Promise<Seen> {
  const { bench, surface, number, run } = stage;
  const from = surface.events.length;
  const during = () => surface.events.slice(from).filter(({ data }) => (data.channel?.id ?? bench.channel) === bench.channel);
  const phones = Array.from({ length: scenario.customers }, (_, i) => `+4479${digits(run, 4)}${digits(number, 2)}${digits(i, 2)}`);
  const course: Course = { ...stage, scenario, phones, during };
  const before = await bench.stats();
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();
  const { written, acknowledged, ...seen } = await write(course);
  if (scenario.advanceSeconds) await bench.advance(scenario.advanceSeconds);
  const replies = await reply(course, written);
  const shown = await settle(course, replies);
  const atRest = async () => (await surface.books())?.channels?.every((c) => c.waiting === 0) ?? true;
  if (scenario.row === 'books balance') await until(atRest, scenario.patienceSeconds * 1000);
  const { refused } = await bench.stats();
  stalls.disable();
  return {
    ...seen,
    scenario,
    written,
    replies,
    shown,
    channel: bench.channel,
    events: during(),
    acknowledgedInFaults: acknowledged - before.acknowledged,
    refused: Object.fromEntries(Object.entries(refused).map(([code, n]) => [code, n - (before.refused[code] ?? 0)])),
    books: await surface.books(),
    stallMs: stalls.max / 1e6,
  };
}
