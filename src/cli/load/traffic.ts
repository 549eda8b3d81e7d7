import http from 'node:http';
import https from 'node:https';
import { CliError } from '../client.ts';

export interface Called {
  readonly status: number;
  readonly json: unknown;
}
const SOCKETS = 128;

/** Calls by kept connections, many at once: what waits for one waits within its latency. Never throws: status 0 is no answer. */
export function createCaller(base: string, headers: Readonly<Record<string, string>>) {
  const at = new URL(base);
  const secure = at.protocol === 'https:';
  const agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: SOCKETS });
  return {
    call(method: 'GET' | 'POST', path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Called> {
      return new Promise((resolve) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const options = { method, agent, headers: { ...headers, ...more, ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}) } };
        const request = (secure ? https : http).request(new URL(path, at), options, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', () => resolve({ status: 0, json: null }));
          response.on('end', () => {
            try {
              resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(parts).toString() || 'null') });
            } catch {
              resolve({ status: 0, json: null });
            }
          });
        });
        request.on('error', () => resolve({ status: 0, json: null }));
        request.end(text);
      });
    },
    close: () => agent.destroy(),
  };
}
export type Caller = ReturnType<typeof createCaller>;

export interface SeenEvent {
  readonly type: string;
  readonly data: { readonly channel?: { readonly id: string }; readonly status?: string; readonly messageId?: string; readonly message?: { readonly platformId?: string } };
}
/** Everything that the gateway publishes from now on. Resolves once "now" is known. */
export async function follow(api: Caller, told: (event: SeenEvent) => void): Promise<{ stop(): void }> {
  let after = 'latest';
  let stopped = false;
  const page = async (wait: number) => {
    const { status, json } = await api.call('GET', `/v1/events?after=${encodeURIComponent(after)}&limit=1000&wait=${wait}`);
    const read = json as { events: { event: SeenEvent }[]; next: string };
    if (status === 200) after = read.next;
    return status === 200 ? read.events : null;
  };
  if (!(await page(0))) throw new CliError(3, 'GET /v1/events of the gateway does not answer 200. Check PARLANCE_URL and PARLANCE_TOKEN.');
  const loop = async () => {
    while (!stopped) {
      const events = await page(1);
      for (const { event } of events ?? []) told(event);
      if (!events) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  void loop();
  return {
    stop() {
      stopped = true;
    },
  };
}
