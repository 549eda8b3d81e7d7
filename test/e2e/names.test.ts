import { type Event, remove, SECRET, sleep, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { type GraphAnswer, startGraphApi } from '../support/graph-api.ts';

const PAGE = '104900000000001';
const CHANNELS = [{ id: 'ch_fb', type: 'messenger', tenant: 'acme', pageId: PAGE, accessToken: 'token', appSecret: SECRET, verifyToken: 'v' }];
const NONE: GraphAnswer = { body: { data: [] } };
const refusal = (code: number): GraphAnswer => ({ status: 400, body: { error: { message: `(#${code})`, code } } });
const people = new Map<string, () => GraphAnswer>();
let graph: Awaited<ReturnType<typeof startGraphApi>>;
let gateway: TestGateway;
beforeEach(async () => {
  people.clear();
  graph = await startGraphApi(({ url }) => (url.pathname.endsWith('/conversations') ? NONE : (people.get(url.pathname.split('/').at(-1) ?? '')?.() ?? refusal(100))));
  gateway = await startGateway({ channels: CHANNELS, env: { GRAPH_API_URL: graph.url } });
});
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await graph.end();
});
let n = 0;
const write = (psid: string) =>
  gateway.post(
    {
      object: 'page',
      entry: [{ id: PAGE, time: Date.now(), messaging: [{ sender: { id: psid }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid: `m_${++n}`, text: 'hi' } }] }],
    },
    { path: '/webhooks/messenger' },
  );
const asked = (psid: string) => graph.calls.filter((c) => c.url.pathname.endsWith(`/${psid}`)).length;
type Named = Event & { data: { contact: { name?: string }; change?: { kind: string; name?: string; platform?: object } } };
const events = async () => (await gateway.events()) as Named[];
const changes = async () => (await events()).filter((e) => e.type === 'contact.changed');
const received = async () => (await events()).filter((e) => e.type === 'message.received');

test('a name comes after the first message, by an event; from then on it is in every event; asked once a day', async () => {
  people.set('7001', () => ({ body: { id: '7001', name: 'Kari N', profile_pic: 'https://cdn.example/7001.jpg' } }));
  await write('7001');
  await until('the name', async () => (await changes()).length === 1);
  const [change] = await changes();
  expect(change?.data).toMatchObject({ seq: 2, contact: { name: 'Kari N' }, change: { kind: 'name', name: 'Kari N', platform: { picture: 'https://cdn.example/7001.jpg' } } });
  await write('7001');
  await until('the second message', async () => (await received()).length === 2);
  expect((await received()).map((e) => e.data.contact.name)).toEqual([undefined, 'Kari N']);
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ channels: CHANNELS, env: { GRAPH_API_URL: graph.url }, dir: gateway.dir });
  await write('7001');
  await until('the third message', async () => (await received()).length === 3);
  await sleep(800);
  expect([asked('7001'), (await changes()).length]).toEqual([1, 1]);
});

test('refused: the name is absent, never invented; it is asked for again when the customer writes again', async () => {
  people.set('7002', () => refusal(230));
  await write('7002');
  await until('asked', async () => asked('7002') === 1);
  await sleep(5000); // a nameless customer is asked about again no sooner than after two seconds
  people.set('7002', () => ({ body: { first_name: 'Ola' } }));
  await write('7002');
  await until('the name', async () => (await changes()).length === 1);
  expect((await changes())[0]?.data.change).toMatchObject({ kind: 'name', name: 'Ola' });
  expect(asked('7002')).toBe(2);
});

test('a platform that is away is asked again by itself; its webhooks are answered meanwhile', async () => {
  let times = 0;
  people.set('7003', () => (++times < 3 ? { status: 503, body: 'away' } : { body: { name: 'Ada' } }));
  expect(await write('7003')).toBe(200);
  expect(times).toBeLessThan(3); // not after three tries of the profile
  await until('the name', async () => (await changes()).length === 1);
  expect(times).toBe(3);
});
