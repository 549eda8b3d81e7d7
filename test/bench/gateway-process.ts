import { channel, OPERATOR, remove, sleep, startGateway, type TestGateway } from '../support/gateway.ts';
import { START_FLAGS } from '../support/start-flags.ts';
import { INDEX_PATTERN, phoneNumberId } from './load.ts';

/** The gateway as its users start it: a process of its own with a temporary DATA_DIR and a channels file. */
export interface GatewayProcess {
  readonly gateway: TestGateway;
  readonly port: number;
  readonly pid: number;
  /** Bodies journalled and not split yet. */
  pending(): Promise<number>;
  drained(maxMs?: number): Promise<void>;
  ledger(): Promise<Books>;
  /** Reads every event after `after` by /v1/events and counts the messages of the load in it: how many distinct ones, how many again. */
  readEvents(range: { after: string; first: number; count: number }): Promise<{ distinct: number; again: number; next: string }>;
  /** Where /v1/events would go on from now. */
  here(): Promise<string>;
  end(): Promise<void>;
}
export interface Books {
  readonly received: number;
  readonly elements: number;
  readonly published: number;
  readonly pending: number;
}
export interface GatewayOptions {
  readonly channels?: number;
  /** What every channel of the file has besides. */
  readonly channel?: Readonly<Record<string, unknown>>;
  /** What the nth has besides that. */
  readonly channelOf?: (n: number) => Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly dir?: string;
}

interface Ledger {
  channels: { elements: number; published: number }[];
  journals: { received: number; pending: number }[];
}

export async function startGatewayProcess(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const channels = Array.from({ length: options.channels ?? 1 }, (_, i) =>
    channel(`ch_${i}`, phoneNumberId(i), { address: `+1555${String(i).padStart(7, '0')}`, ...options.channel, ...options.channelOf?.(i) }),
  );
  const gateway = await startGateway({ channels, ...(options.dir ? { dir: options.dir } : {}), env: { LOG_LEVEL: 'warn', NODE_OPTIONS: START_FLAGS, ...options.env } });
  const health = async () => (await gateway.call('/v1/health')).json as { journal: { lastOffset: number; processed: number } };
  const pending = async () => {
    const { journal } = await health();
    return journal.lastOffset - journal.processed;
  };
  return {
    gateway,
    port: Number(new URL(gateway.url).port),
    pid: gateway.child.pid ?? 0,
    pending,
    async drained(maxMs = 300_000) {
      for (const end = performance.now() + maxMs; (await pending()) > 0; await sleep(100))
        if (performance.now() > end) throw new Error(`the backlog was not drained in ${maxMs} ms`);
    },
    async ledger() {
      const books = (await gateway.call('/v1/ledger')).json as Ledger;
      const sum = <T>(list: readonly T[], of: (item: T) => number) => list.reduce((n, item) => n + of(item), 0);
      return {
        received: sum(books.journals, (j) => j.received),
        pending: sum(books.journals, (j) => j.pending),
        elements: sum(books.channels, (c) => c.elements),
        published: sum(books.channels, (c) => c.published),
      };
    },
    async readEvents({ after, first, count }) {
      const seen = new Uint8Array(count);
      let [distinct, again] = [0, 0];
      for (let next = after; ; ) {
        const response = await fetch(`${gateway.api}/v1/events?after=${next}&limit=1000`, { headers: { authorization: `Bearer ${OPERATOR}` } });
        const text = await response.text();
        let found = 0;
        for (const [, index] of text.matchAll(INDEX_PATTERN)) {
          found++;
          const place = Number(index) - first;
          if (place < 0 || place >= count) continue;
          if (seen[place]) again++;
          else distinct++;
          seen[place] = 1;
        }
        const told = /"next":"([^"]+)"\}?$/.exec(text)?.[1];
        if (!told) throw new Error(`/v1/events answered ${response.status}`);
        if (!found && told === next) return { distinct, again, next };
        next = told;
      }
    },
    async here() {
      return ((await gateway.call('/v1/events?after=latest&limit=1')).json as { next: string }).next;
    },
    async end() {
      await Promise.race([gateway.kill('SIGTERM'), sleep(10_000)]);
      await gateway.kill('SIGKILL');
      remove(gateway);
    },
  };
}
