import { metaJson } from './body.ts';

interface Gathered {
  /** Everything that must not share a body with others: address, secret, object. */
  readonly key: string;
  readonly lane: string;
  readonly body: object;
}
export interface Batch {
  readonly lanes: readonly string[];
  readonly body: string;
}
interface Envelope {
  readonly object: string;
  readonly entry: readonly { readonly id: string; readonly changes: readonly object[] }[];
}
/** "Up to 1,000 updates aggregated", 3 MB (whatsapp.md 1.4). */
const [MOST, MAX_BYTES] = [1000, 3_000_000];

/** Several envelopes as one: the entries of one account become one entry with all its changes, in their order. */
export function merged(bodies: readonly object[]): object {
  const [first] = bodies as readonly Envelope[];
  if (!first || bodies.length === 1) return first ?? {};
  const accounts = new Map<string, { id: string; changes: object[] }>();
  for (const { entry } of bodies as readonly Envelope[])
    for (const { changes, ...rest } of entry) {
      const key = JSON.stringify(rest);
      const known = accounts.get(key);
      if (known) known.changes.push(...changes);
      else accounts.set(key, { ...rest, changes: [...changes] });
    }
  return { ...first, entry: [...accounts.values()] };
}

/** The first of a while goes at once and alone; what comes meanwhile is gathered and goes together. */
export function createBatches<T extends Gathered>(gatherMs: number, go: (batch: Batch, hooks: readonly [T, ...T[]]) => void) {
  const waiting = new Map<string, T[]>();
  const send = (hooks: readonly T[]) => {
    for (let rest = hooks; rest.length; ) {
      let many = Math.min(rest.length, MOST);
      let body = metaJson(merged(rest.slice(0, many).map((h) => h.body)));
      for (; body.length > MAX_BYTES && many > 1; body = metaJson(merged(rest.slice(0, many).map((h) => h.body)))) many = Math.ceil(many / 2);
      const [first, ...others] = rest.slice(0, many);
      if (first) go({ lanes: [...new Set([first, ...others].map((h) => h.lane))], body }, [first, ...others]);
      rest = rest.slice(many);
    }
  };
  const flush = (key: string) => {
    const hooks = waiting.get(key) ?? [];
    if (!hooks.length) return void waiting.delete(key); // a quiet while: the next goes at once again
    waiting.set(key, []);
    setTimeout(() => flush(key), gatherMs).unref();
    send(hooks);
  };
  return {
    add(hook: T): void {
      const gathered = waiting.get(hook.key);
      if (gathered && gatherMs > 0) return void gathered.push(hook);
      send([hook]);
      if (gatherMs === 0) return;
      waiting.set(hook.key, []);
      setTimeout(() => flush(hook.key), gatherMs).unref();
    },
  };
}
