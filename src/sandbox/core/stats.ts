import type { Answer, Asked } from './platform-server.ts';

/** What one platform saw: for checks and measurements, counted on arrival by nobody's rules but these. */
export interface PlatformStats {
  readonly accepted: { readonly total: number; readonly ids: readonly string[] };
  readonly refused: Readonly<Record<string, number>>;
  readonly webhooks: { readonly sent: number; readonly acknowledged: number; readonly retried: number };
  /** The most sends that arrived at one account within any second. */
  readonly highestRate: number;
}
interface Counting {
  total: number;
  ids: string[];
  refused: Record<string, number>;
  webhooks: { sent: number; acknowledged: number; retried: number };
  highestRate: number;
  arrivals: Map<string, number[]>;
}
const SECOND_MS = 1000;
const SENDS = /\/messages(\.json)?$/i;
const objectOf = (value: unknown) => (typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? (value as Record<string, unknown>) : {});

/** The id that a send's answer names, in any platform's form. */
function idOf(answer: Answer): string | undefined {
  const body = objectOf(answer.body);
  const [first] = Array.isArray(body.messages) ? (body.messages as { id?: unknown }[]) : [];
  return [first?.id, body.message_id, body.sid].find((id): id is string => typeof id === 'string');
}
const codeOf = (answer: Answer): string => {
  const body = objectOf(answer.body);
  return String(objectOf(body.error).code ?? body.code ?? answer.status);
};

export function createStats(now: () => number = Date.now) {
  const platforms = new Map<string, Counting>();
  const of = (channel: string): Counting => {
    const known = platforms.get(channel);
    if (known) return known;
    const made: Counting = { total: 0, ids: [], refused: {}, webhooks: { sent: 0, acknowledged: 0, retried: 0 }, highestRate: 0, arrivals: new Map() };
    platforms.set(channel, made);
    return made;
  };
  function arrived(counting: Counting, account: string): void {
    const at = now();
    const times = counting.arrivals.get(account) ?? [];
    times.push(at);
    while ((times[0] ?? at) <= at - SECOND_MS) times.shift();
    counting.arrivals.set(account, times);
    counting.highestRate = Math.max(counting.highestRate, times.length);
  }
  return {
    /** Whether it was a send that was accepted. */
    answered(channel: string, asked: Asked, answer: Answer): boolean {
      const counting = of(channel);
      if (answer.status >= 400) counting.refused[codeOf(answer)] = (counting.refused[codeOf(answer)] ?? 0) + 1;
      if (asked.method !== 'POST' || !SENDS.test(asked.path)) return false;
      arrived(counting, asked.path);
      const id = answer.status < 300 ? idOf(answer) : undefined;
      if (id === undefined) return false;
      counting.total += 1;
      counting.ids.push(id);
      return true;
    },
    webhook(channel: string, what: 'sent' | 'acknowledged' | 'retried'): void {
      of(channel).webhooks[what] += 1;
    },
    show: (): Readonly<Record<string, PlatformStats>> =>
      Object.fromEntries(
        [...platforms].map(([name, { total, ids, refused, webhooks, highestRate }]) => [name, { accepted: { total, ids }, refused, webhooks: { ...webhooks }, highestRate }]),
      ),
  };
}
export type Stats = ReturnType<typeof createStats>;
