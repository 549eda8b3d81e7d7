import { accept, type Behaviour, refuse, startCloudApi } from '../support/cloud-api.ts';
import { channel, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';

const NUMBER = '207700000000123';
const phone = (n: number) => `4477009002${String(n).padStart(2, '0')}`;
const now = () => String(Math.floor(Date.now() / 1000));
interface Shown {
  status: string;
  error?: { code: string } | null;
  timeline: { kind: string }[];
}
const first =
  (fault: Behaviour): Behaviour =>
  (response, call) =>
    (call.n === 1 ? fault : accept)(response, call);

/** What the platform does, the state that the message ends in, its error, and how many calls there were. */
const MATRIX: readonly [string, Behaviour, string, string | null, number][] = [
  ['accepts', accept, 'queued', null, 1],
  ['resets after the request', (_r, { request }) => void request.socket.destroy(), 'unknown', 'outcome_unknown', 1],
  [
    'cuts its answer',
    (r, { request }) => {
      r.writeHead(200, { 'content-length': 500 }).write('{"messa');
      setTimeout(() => request.socket.destroy(), 20);
    },
    'unknown',
    'outcome_unknown',
    1,
  ],
  ['answers 200 without an id', (r) => void r.writeHead(200).end('{}'), 'unknown', 'outcome_unknown', 1],
  ['answers 200 with a page', (r) => void r.writeHead(200).end('<html>'), 'unknown', 'outcome_unknown', 1],
  ['answers 500 without a body', (r) => void r.writeHead(500).end(), 'unknown', 'outcome_unknown', 1],
  ['answers 502 of a proxy', (r) => void r.writeHead(502).end('bad gateway'), 'unknown', 'outcome_unknown', 1],
  ['says once that it is not available (2)', first(refuse(2, 500)), 'queued', null, 2],
  ['throttles the number once (130429)', first(refuse(130429)), 'queued', null, 2],
  ['says that the window is closed (131047)', refuse(131047), 'failed', 'window_closed', 1],
  ['can not reach the customer (131026)', refuse(131026), 'failed', 'recipient_unreachable', 1],
  ['refuses with a code that nobody knows', refuse(999999), 'failed', 'request_rejected', 1],
];

let gateway: TestGateway;
let cloud: Awaited<ReturnType<typeof startCloudApi>>;
const open = (phones: readonly string[]) => gateway.post(webhook(NUMBER, { messages: phones.map((p, i) => ({ ...text(p, `wamid.IN${p}${i}`), timestamp: now() })) }));
const shown = async (id: string) => (await gateway.call(`/v1/messages/${id}`)).json as unknown as Shown;
const send = async (to: string, words = 'hello') => {
  const answer = await gateway.call('/v1/messages', { method: 'POST', body: { channel: 'ch_wa', to: { phone: `+${to}` }, content: { type: 'text', text: words } } });
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
  return (answer.json as unknown as { id: string }).id;
};
const inboundThere = (n: number) => until('the customers are known', async () => (await gateway.events()).filter((e) => e.type === 'message.received').length >= n);
const has = (m: Shown, kind: string) => m.timeline.some((t) => t.kind === kind);
const status = (to: string, state: string, own: string, id = `wamid.OUT.+${to}.1`) =>
  gateway.post(webhook(NUMBER, { statuses: [{ id, status: state, timestamp: now(), recipient_id: to, biz_opaque_callback_data: own }] }));

afterEach(async () => {
  await gateway?.kill();
  if (gateway) remove(gateway);
  await cloud?.end();
});

test('what the platform does, and what becomes of the message: only what was surely not sent is sent again', async () => {
  cloud = await startCloudApi(Object.fromEntries(MATRIX.map(([, behaviour], i) => [`+${phone(i)}`, behaviour])));
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url } });
  await open(MATRIX.map((_, i) => phone(i)));
  await inboundThere(MATRIX.length);
  const ids = await Promise.all(MATRIX.map((_, i) => send(phone(i))));
  await until(
    'every message has its end',
    async () => {
      const all = await Promise.all(ids.map(shown));
      return all.every((m) => has(m, 'accepted') || ['failed', 'unknown'].includes(m.status));
    },
    30_000,
  );
  const ends = await Promise.all(ids.map(async (id, i) => [MATRIX[i]?.[0], (await shown(id)).status, (await shown(id)).error?.code ?? null, cloud.to(`+${phone(i)}`).length]));
  expect(ends).toEqual(MATRIX.map(([what, , state, code, calls]) => [what, state, code, calls]));

  // Evidence settles a doubt, and no second call is made.
  await status(phone(1), 'delivered', `${ids[1]}.1.1`);
  await until('the doubt is settled', async () => (await shown(ids[1] as string)).status === 'delivered');
  expect(cloud.to(`+${phone(1)}`)).toHaveLength(1);
}, 90_000);

test('no connection: the message waits and goes when the platform is back, through a restart', async () => {
  cloud = await startCloudApi();
  const { url } = cloud;
  await cloud.end();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: url } });
  await open([phone(50)]);
  await inboundThere(1);
  const id = await send(phone(50));
  await until('a try', async () => has(await shown(id), 'retry'), 20_000);
  await gateway.kill('SIGTERM'); // a try that is under way ends; cut off, nobody could know what became of it
  cloud = await startCloudApi();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url }, dir: gateway.dir });
  await until('it went', async () => has(await shown(id), 'accepted'), 30_000);
  expect(cloud.calls).toHaveLength(1);
}, 90_000);

test('killed between the call and its answer: unknown at the next start, never sent twice; a status settles it', async () => {
  cloud = await startCloudApi({ [`+${phone(60)}`]: () => {} }); // takes it and never answers
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url } });
  await open([phone(60)]);
  await inboundThere(1);
  const id = await send(phone(60));
  await until('the call', async () => cloud.calls.length === 1);
  await gateway.kill();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url }, dir: gateway.dir });
  await until('unknown', async () => (await shown(id)).status === 'unknown');
  await status(phone(60), 'read', `${id}.1.1`);
  await until('read', async () => (await shown(id)).status === 'read');
  expect(cloud.calls).toHaveLength(1);
}, 60_000);

test('statuses before the answer, in every order of arrival: one end state, each told once', async () => {
  const orders = [
    ['sent', 'delivered', 'read'],
    ['sent', 'read', 'delivered'],
    ['delivered', 'sent', 'read'],
    ['delivered', 'read', 'sent'],
    ['read', 'sent', 'delivered'],
    ['read', 'delivered', 'sent'],
  ];
  const held: (() => void)[] = [];
  cloud = await startCloudApi(
    Object.fromEntries(orders.map((_, i): [string, Behaviour] => [`+${phone(70 + i)}`, (response, call) => void held.push(() => accept(response, call))])),
  );
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url } });
  await open(orders.map((_, i) => phone(70 + i)));
  await inboundThere(orders.length);
  const ids = await Promise.all(orders.map((_, i) => send(phone(70 + i))));
  await until('the calls', async () => held.length === orders.length);
  // By the platform's id alone: nothing joins them but the answer that is still on its way.
  for (const n of [0, 1, 2])
    await gateway.post(
      webhook(NUMBER, { statuses: orders.map((order, i) => ({ id: `wamid.OUT.+${phone(70 + i)}.1`, status: order[n], timestamp: now(), recipient_id: phone(70 + i) })) }),
    );
  const ledger = async () =>
    (await gateway.call('/v1/ledger')).json as unknown as {
      channels: { waiting: number; elements: number; published: number; duplicate: number; absorbed: Record<string, number>; deadLettered: number }[];
    };
  await until('they wait', async () => (await ledger()).channels[0]?.waiting === 18);
  for (const go of held) go();
  await until('read, each', async () => (await Promise.all(ids.map(shown))).every((m) => m.status === 'read'));
  const [books] = (await ledger()).channels;
  expect(books?.waiting).toBe(0);
  const absorbed = Object.values(books?.absorbed ?? {}).reduce((a, b) => a + b, 0);
  expect(books?.elements).toBe((books?.published ?? 0) + (books?.duplicate ?? 0) + absorbed + (books?.deadLettered ?? 0));
  const told = (await gateway.events()).filter((e) => e.type === 'message.status' && e.data.status === 'read');
  expect(told).toHaveLength(orders.length);
}, 60_000);

test('a channel whose token is refused is paused with an event, and what is queued waits', async () => {
  cloud = await startCloudApi({ [`+${phone(80)}`]: refuse(190, 401) });
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url } });
  await open([phone(80), phone(81)]);
  await inboundThere(2);
  const id = await send(phone(80));
  await until('failed', async () => (await shown(id)).status === 'failed');
  const waits = await send(phone(81));
  expect((await gateway.events()).filter((e) => e.type === 'channel.changed')).toMatchObject([{ data: { change: { kind: 'paused', event: 'channel_unauthorized' } } }]);
  expect((await gateway.call('/v1/channels/ch_wa/resume', { method: 'POST' })).status).toBe(200);
  await until('it went', async () => has(await shown(waits), 'accepted'));
}, 60_000);
