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
  /** What the gateway published during this scenario. */
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
/** Whether the gateway told the end of this message. */
export const failedBy = (events: readonly GatewayEvent[], id: string | undefined): boolean =>
  events.some((e) => e.type === 'message.status' && e.data.messageId === id && (e.data.status === 'failed' || e.data.status === 'expired'));

/** Plays one scenario. Customers are new in each, so that no scenario sees another's. */
export async function play(scenario: Scenario, { bench, surface, number }: { bench: Bench; surface: Surface; number: number }): Promise<Seen> {
  const phones = Array.from({ length: scenario.customers }, (_, i) => `+4479${String(number).padStart(3, '0')}${String(i).padStart(5, '0')}`);
  const from = surface.events.length;
  const during = () => surface.events.slice(from);
  const patience = scenario.patienceSeconds * 1000;
  const before = await bench.stats();
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();

  const inbound = scenario.inbound ?? { faults: [], seconds: 0 };
  await bench.begin(inbound.faults, number);
  const began = Date.now();
  const writtenBy = await Promise.all(
    phones.map(async (phone) => {
      const own: { phone: string; id: string }[] = [];
      for (let i = 0; i < scenario.writes; i++) own.push({ phone, id: (await bench.write(phone, `message ${i}`)).id });
      return own;
    }),
  );
  const written = writtenBy.flat();
  await sleep(Math.max(inbound.seconds * 1000 - (Date.now() - began), 0));
  const eventsInFaults = during();
  const { acknowledged } = await bench.stats();
  const struck = await bench.end();
  const subjectOf = (id: string) => during().find((e) => e.type === 'message.received' && e.data.message?.platformId === id)?.subject;
  if (!(bench.platform === 'sms' && inbound.faults.some((f) => f.kind === 'wrong-signature'))) await until(() => written.every(({ id }) => subjectOf(id) !== undefined), patience); // Twilio tries a refused webhook once

  if (scenario.advanceSeconds) await bench.advance(scenario.advanceSeconds);
  const outbound = scenario.outbound ?? { faults: [], seconds: 0 };
  await bench.begin(outbound.faults, number + 500);
  const replies: Reply[] = [];
  await Promise.all(
    phones.map(async (phone) => {
      const first = written.find((w) => w.phone === phone);
      for (let i = 0; i < scenario.replies; i++) {
        const conversation = first && subjectOf(first.id);
        const text = `reply ${i} of ${number}`;
        const handed = await surface.send({ channel: bench.channel, to: conversation ? { conversation } : { phone }, text, key: `${phone}-${i}` });
        replies.push({ phone, text, stranger: false, handed });
      }
    }),
  );
  for (let i = 0; i < (scenario.strangers ?? 0); i++) {
    const phone = `+4478${String(number).padStart(3, '0')}${String(i).padStart(5, '0')}`;
    replies.push({ phone, text: 'hello', stranger: true, handed: await surface.send({ channel: bench.channel, to: { phone }, text: 'hello', key: `${phone}` }) });
  }
  await sleep(outbound.seconds * 1000);
  await bench.end();
  const look = async () => new Map(await Promise.all([...new Set(replies.map((r) => r.phone))].map(async (phone) => [phone, await bench.shown(phone)] as const)));
  const over = async () => {
    const shown = await look();
    return replies.every(({ phone, text, handed }) => handed.id === undefined || (shown.get(phone) ?? []).includes(text) || failedBy(during(), handed.id));
  };
  await until(over, patience);
  await sleep(QUIET_MS); // what comes once too often comes now
  const atRest = async () => (await surface.books())?.channels?.every((c) => c.waiting === 0) ?? true;
  if (scenario.row === 'books balance') await until(atRest, patience);
  const { refused } = await bench.stats();
  stalls.disable();
  return {
    scenario,
    channel: bench.channel,
    written,
    replies,
    events: during(),
    eventsInFaults,
    acknowledgedInFaults: acknowledged - before.acknowledged,
    struck,
    shown: await look(),
    refused: Object.fromEntries(Object.entries(refused).map(([code, n]) => [code, n - (before.refused[code] ?? 0)])),
    books: await surface.books(),
    stallMs: stalls.max / 1e6,
  };
}
