/** The gateway as the public sees it: events out, messages in, books. Nothing here knows how it is made. */
export interface GatewayEvent {
  readonly type: string;
  readonly subject: string;
  readonly topic: string;
  readonly data: {
    readonly seq?: number;
    readonly channel?: { readonly id: string };
    readonly status?: string;
    readonly messageId?: string | null;
    readonly code?: string;
    readonly message?: { readonly platformId?: string };
  };
}
export interface Books {
  readonly channels: readonly {
    readonly channel: string;
    readonly elements: number;
    readonly published: number;
    readonly duplicate: number;
    readonly absorbed: Readonly<Record<string, number>>;
    readonly deadLettered: number;
    readonly waiting: number;
  }[];
  readonly journals: readonly { readonly journal: string; readonly received: number; readonly split: number; readonly pending: number }[];
}
export interface Handed {
  readonly status: number;
  /** Of the message; absent where it was refused. */
  readonly id?: string;
}
export interface Surface {
  /** All that was published since the begin, in the order of the log. */
  readonly events: readonly GatewayEvent[];
  begin(): Promise<void>;
  send(message: { readonly channel: string; readonly to: object; readonly text: string; readonly key: string }): Promise<Handed>;
  books(): Promise<Books>;
  stop(): Promise<void>;
}
const TRIES = 5;

export function createSurface({ url, token }: { readonly url: string; readonly token: string }): Surface {
  const events: GatewayEvent[] = [];
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let after = 'latest';
  let following: Promise<void> = Promise.resolve();

  async function call(path: string, init: RequestInit = {}): Promise<{ status: number; json: unknown }> {
    const response = await fetch(url + path, { ...init, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) }, signal: gone.signal });
    const text = await response.text();
    return { status: response.status, json: text ? JSON.parse(text) : null };
  }
  async function page(wait: number): Promise<void> {
    const { status, json } = await call(`/v1/events?after=${encodeURIComponent(after)}&limit=1000&wait=${wait}`);
    if (status !== 200) throw new Error(`GET /v1/events answers ${status}`);
    const read = json as { events: { topic: string; event: Omit<GatewayEvent, 'topic'> }[]; next: string };
    events.push(...read.events.map(({ topic, event }) => ({ ...event, topic })));
    after = read.next;
  }
  async function follow(): Promise<void> {
    for (let failed = 0; !gone.signal.aborted && failed < TRIES; ) {
      failed = await page(2).then(
        () => 0,
        () => failed + 1,
      );
    }
  }
  return {
    events,
    async begin() {
      await page(0);
      following = follow();
    },
    async send({ channel, to, text, key }) {
      const body = JSON.stringify({ channel, to, content: { type: 'text', text } });
      const { status, json } = await call('/v1/messages', { method: 'POST', body, headers: { 'idempotency-key': key } });
      return { status, ...(status < 300 ? { id: (json as { id: string }).id } : {}) };
    },
    books: async () => (await call('/v1/ledger')).json as Books,
    async stop() {
      gone.abort();
      await following;
    },
  };
}
