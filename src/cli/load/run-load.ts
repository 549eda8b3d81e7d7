import { CliError } from '../client.ts';
import { createJoin, createMeasure, type Measure } from './measures.ts';
import { createTurns, nameOf, type Part } from './mix.ts';
import { type Caller, follow, type SeenEvent } from './traffic.ts';

export interface LoadOptions {
  readonly api: Caller;
  /** Where /sandbox is. */
  readonly sandbox: Caller;
  readonly mix: readonly Part[];
  readonly rate: number;
  readonly seconds: number;
  readonly customers: number;
  /** The channel that sends for a platform's word. */
  channelOf(platform: string): string;
  progress(line: string): void;
}
export type LoadRow = { readonly part: string } & ReturnType<Measure['show']>;
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const [DRAIN_MS, TICK_MS, SETTLE_MS, LINE_MS] = [15_000, 2, 100, 1000];

const phoneOf = (i: number) => `+4477${String(i).padStart(8, '0')}`;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Open loop: the n-th call is due n / rate seconds after the start, however the earlier ones fare. A customer's message is done when its
 * event is there, a message of the business when its `sent` is.
 */
export async function runLoad({ api, sandbox, mix, rate, seconds, customers, channelOf, progress }: LoadOptions): Promise<LoadRow[]> {
  const measures = new Map(mix.map((part) => [nameOf(part), createMeasure()]));
  const of = (part: Part) => measures.get(nameOf(part)) as Measure;
  const opened = createMeasure();
  const join = createJoin();
  const told = ({ type, data }: SeenEvent) => {
    const id = type === 'message.received' ? data.message?.platformId : type === 'message.status' && data.status === 'sent' ? data.messageId : undefined;
    if (id) join.seen(id);
  };
  const following = await follow(api, told);

  async function write(measure: Measure, { platform, kind }: Part, { from, dueAt }: { from: string; dueAt: number }): Promise<void> {
    measure.intended();
    const media = kind === 'media' ? { media: [{ mimeType: 'image/png', base64: PIXEL }] } : {};
    const { status, json } = await sandbox.call('POST', `/sandbox/${platform}/messages`, { from, text: 'Is my parcel late?', name: 'Ana', ...media });
    if (status === 202) join.taken((json as { id: string }).id, measure, dueAt);
    else measure.failed();
  }
  async function send(measure: Measure, part: Part, { to, dueAt, key }: { to: object; dueAt: number; key: string }): Promise<void> {
    measure.intended();
    const body = { channel: channelOf(part.platform), to, content: { type: 'text', text: 'It left today.' } };
    const { status, json } = await api.call('POST', '/v1/messages', body, { 'idempotency-key': key });
    if (status === 202) join.taken((json as { id: string }).id, measure, dueAt);
    else measure.failed();
  }
  /** Whom the business writes to has written first: each platform has its window. */
  const people = new Map<string, object[]>();
  async function open(part: Part): Promise<void> {
    const known: object[] = [];
    for (let i = 0; i < customers; i++) {
      await write(opened, { ...part, kind: 'message' }, { from: phoneOf(i), dueAt: performance.now() });
      if (i % 50 === 49) await sleep(SETTLE_MS);
      known.push({ phone: phoneOf(i) });
    }
    people.set(part.platform, known);
    for (const end = performance.now() + DRAIN_MS; opened.open() > 0; await sleep(SETTLE_MS))
      if (performance.now() > end) throw new CliError(1, `${opened.open()} of the first messages on ${part.platform} made no event in ${DRAIN_MS / 1000} s.`);
  }
  for (const part of mix) if (part.kind === 'send') await open(part);

  const turn = createTurns(mix);
  const total = Math.round(rate * seconds);
  const run = `load-${Date.now()}`;
  const start = performance.now();
  const line = (n: number) => {
    const rows = [...measures.values()].map((m) => m.show());
    const sum = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + pick(row), 0);
    return `${Math.round((performance.now() - start) / 1000)} s  due ${n}  seen ${sum((r) => r.seen)}  open ${sum((r) => r.missing)}  failed ${sum((r) => r.failed)}  p99 ${Math.max(...rows.map((r) => r.p99 ?? 0))} ms`;
  };
  let lastLine = start;
  const tell = (n: number) => {
    if (performance.now() - lastLine < LINE_MS) return;
    lastLine = performance.now();
    progress(line(n));
  };
  for (let n = 0; n < total; ) {
    for (; n < total && performance.now() >= start + (n * 1000) / rate; n++) {
      const part = turn();
      const dueAt = start + (n * 1000) / rate;
      const all = people.get(part.platform) ?? [];
      if (part.kind === 'send') void send(of(part), part, { to: all[n % all.length] ?? {}, dueAt, key: `${run}-${n}` });
      else void write(of(part), part, { from: phoneOf(n % customers), dueAt });
    }
    tell(n);
    await sleep(TICK_MS);
  }
  for (const end = performance.now() + DRAIN_MS; performance.now() < end && [...measures.values()].some((m) => m.open() > 0); await sleep(SETTLE_MS)) tell(total);
  following.stop();
  return [...measures].map(([part, m]) => ({ part, ...m.show() }));
}
