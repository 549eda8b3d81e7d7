import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './kafka.ts';

/** The whole gateway as a process of its own, driven over HTTP alone. */
export const SECRET = 'test-app-secret';
export const OPERATOR = 'test-operator-token-0123456789';
export const channel = (id: string, phoneNumberId: string, over: object = {}) => ({
  id,
  type: 'whatsapp',
  tenant: 'acme',
  name: id,
  phoneNumberId,
  businessAccountId: '118200000000777',
  address: '+15550100199',
  accessToken: `token-${id}`,
  appSecret: SECRET,
  verifyToken: 'v',
  ...over,
});
export const text = (from: string, id: string, body = 'hi') => ({ from, from_user_id: `GB.9${from}`, id, timestamp: '1795341600', type: 'text', text: { body } });
export const webhook = (phoneNumberId: string, value: object) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '118200000000777',
      changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550100199', phone_number_id: phoneNumberId }, ...value } }],
    },
  ],
});
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const root = join(import.meta.dirname, '../..');

export interface Event {
  id: string;
  type: string;
  subject: string;
  source: string;
  data: {
    seq: number;
    tenant?: string;
    code?: string;
    status?: string;
    messageId?: string;
    message?: { platformId: string; content: { type: string; text?: string } };
    raw?: { journal: string; path: string };
  };
}
export interface TestGateway {
  readonly dir: string;
  readonly url: string;
  readonly api: string;
  readonly child: ChildProcess;
  kill(signal?: NodeJS.Signals): Promise<void>;
  post(body: unknown, options?: { secret?: string; path?: string }): Promise<number>;
  call(path: string, options?: { method?: string; body?: unknown; token?: string; headers?: Record<string, string> }): Promise<{ status: number; json: never; text: string }>;
  events(): Promise<Event[]>;
  log(): string;
}

export async function startGateway(options: { channels?: object[]; dir?: string; env?: Record<string, string>; operator?: boolean; port?: number } = {}): Promise<TestGateway> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'parlance-e2e-'));
  const [port, operatorPort] = [options.port ?? (await freePort()), await freePort()];
  writeFileSync(join(dir, 'channels.json'), JSON.stringify(options.channels ?? [channel('ch_wa', '207700000000123'), channel('ch_wa2', '207700000000456')]));
  const fd = openSync(join(dir, 'log'), 'a');
  const child = spawn(process.execPath, ['src/start.js'], {
    cwd: root,
    stdio: ['ignore', fd, fd],
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      OPERATOR_PORT: String(operatorPort),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: join(dir, 'data'),
      CHANNELS_FILE: join(dir, 'channels.json'),
      OPERATOR_TOKEN: OPERATOR,
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      LOG_LEVEL: 'info',
      GRAPH_API_URL: 'http://127.0.0.1:9', // nobody: a test that needs the platform brings its own
      ...options.env,
    },
  });
  const [url, api] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${operatorPort}`];
  const log = () => readFileSync(join(dir, 'log'), 'utf8');
  for (const late = Date.now() + 60_000; ; ) {
    const ready = await fetch(options.operator === false ? `${url}/readyz` : `${api}/healthz`).then(
      (r) => r.ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null || Date.now() > late) throw new Error(`the gateway did not start: ${log().slice(-1500)}`);
    await sleep(25);
  }
  const gateway: TestGateway = {
    dir,
    url,
    api,
    child,
    log,
    kill: (signal = 'SIGKILL') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
    async post(body, { secret = SECRET, path = '/webhooks/whatsapp' } = {}) {
      const raw = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(url + path, {
        method: 'POST',
        body: raw,
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}` },
      });
      await response.arrayBuffer();
      return response.status;
    },
    async call(path, { method = 'GET', body, token = OPERATOR, headers = {} } = {}) {
      const response = await fetch(api + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await response.text();
      let json: unknown;
      try {
        json = JSON.parse(answer);
      } catch {
        json = null;
      }
      return { status: response.status, json: json as never, text: answer };
    },
    async events() {
      const all: Event[] = [];
      for (let after = 'beginning'; ; ) {
        const { json } = await gateway.call(`/v1/events?after=${after}&limit=1000`);
        const page = json as { events: { event: Event }[]; next: string };
        if (!page.events.length) return all;
        all.push(...page.events.map((e) => e.event));
        after = page.next;
      }
    },
  };
  return gateway;
}
export const remove = (g: TestGateway) => rmSync(g.dir, { recursive: true, force: true, maxRetries: 5 });
export async function until(what: string, good: () => Promise<boolean>, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await good()); await sleep(30)) if (Date.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
}
