import { channel, OPERATOR, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { type Exchange, type Script, startThreePlatforms, type ThreePlatforms } from '../support/three-platforms.ts';
import { smsChannel } from '../support/twilio-api.ts';

type Platform = 'whatsapp' | 'messenger' | 'sms';
type Policy = 'fail' | 'resend';
const json = (value: object) => JSON.stringify(value);
const accept: Script = (x) => x.answer(x.accept());
/** By the platform's own table: surely not sent, and worth another try. */
const temporary: Script = ({ platform, response }) => {
  const [status, body] = {
    whatsapp: [500, { error: { code: 131016, message: 'Service unavailable' } }],
    messenger: [400, { error: { code: 100, error_subcode: 2018008, message: 'could not fetch' } }],
    sms: [429, { code: 20429, message: 'Too many requests', status: 429 }],
  }[platform] as [number, object];
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' }).end(json(body));
};
const refused: Script = ({ platform, response }) => {
  const body = platform === 'sms' ? { code: 21211, message: 'no such number', status: 400 } : { error: { code: platform === 'whatsapp' ? 131026 : 551, message: 'no' } };
  response.writeHead(400, { 'content-type': 'application/json' }).end(json(body));
};
const taking =
  (then: (x: Exchange) => unknown): Script =>
  (x) => {
    x.accept();
    then(x);
  };
/** What the platform does with the first call; later ones it takes. And what the message must come to, as far as the answer alone tells. */
const MATRIX: readonly [what: string, script: Script, end: 'sent' | 'refused' | 'unknown'][] = [
  ['accepts', accept, 'sent'],
  ['refuses for good', refused, 'refused'],
  ['says that it is not available just now', temporary, 'sent'],
  ['resets before it takes it', ({ request }) => void request.socket.destroy(), 'unknown'],
  ['resets after it took it', taking((x) => x.request.socket.destroy()), 'unknown'],
  [
    'takes it and cuts its answer',
    taking((x) => {
      x.response.writeHead(200, { 'content-length': 500 }).write('{"mes');
      setTimeout(() => x.request.socket.destroy(), 20);
    }),
    'unknown',
  ],
  ['takes it and answers 503', taking((x) => x.response.writeHead(503).end()), 'unknown'],
  ['takes it and answers 200 without an id', taking((x) => x.response.writeHead(200, { 'content-type': 'application/json' }).end('{}')), 'unknown'],
  ['takes it and never answers', taking(() => {}), 'unknown'],
];
const first =
  (script: Script): Script =>
  (x) =>
    (x.n === 1 ? script : accept)(x);
const scripts = MATRIX.map(([, script, end]) => (end === 'refused' ? script : first(script)));
/** The recipient's last two digits name the line of the matrix. */
const scriptOf = (to: string): Script => scripts[Number(to.slice(-2))] ?? accept;

const WA: Readonly<Record<Policy, string>> = { fail: '207700000000123', resend: '207700000000456' };
const FB: Readonly<Record<Policy, string>> = { fail: '104900000000001', resend: '104900000000002' };
const SMS: Readonly<Record<Policy, string>> = { fail: '+14155550101', resend: '+14155550102' };
const ACCOUNT: Readonly<Record<Platform, Readonly<Record<Policy, string>>>> = { whatsapp: WA, messenger: FB, sms: SMS };
const phone = (i: number) => `4477009002${String(i).padStart(2, '0')}`;
const psid = (i: number) => `74100000000000${String(i).padStart(2, '0')}`;
const toOf = (platform: Platform, i: number) => (platform === 'messenger' ? psid(i) : `+${phone(i)}`);
const POLICIES = ['fail', 'resend'] as const;
const PLATFORMS = ['whatsapp', 'messenger', 'sms'] as const;
const channels = POLICIES.flatMap((policy) => {
  const settings = { onUnknown: policy };
  return [
    channel(`ch_whatsapp_${policy}`, WA[policy], { settings }),
    { id: `ch_messenger_${policy}`, type: 'messenger', tenant: 'acme', pageId: FB[policy], accessToken: 't', appSecret: 'test-app-secret', verifyToken: 'v', settings },
    smsChannel({ id: `ch_sms_${policy}`, address: SMS[policy], settings }),
  ];
});

let gateway: TestGateway;
let platforms: ThreePlatforms;
const start = (dir?: string) =>
  startGateway({ channels, ...(dir ? { dir } : {}), env: { GRAPH_API_URL: platforms.url, TWILIO_API_URL: platforms.url, DOUBT_WAIT_SECONDS: '30', DOUBT_HOLD_SECONDS: '2' } });
/** Every customer writes to every channel that has a window. */
async function open(n: number): Promise<void> {
  const all = Array.from({ length: n }, (_, i) => i);
  const now = Math.floor(Date.now() / 1000);
  for (const policy of POLICIES) {
    await gateway.post(webhook(WA[policy], { messages: all.map((i) => ({ ...text(phone(i), `wamid.${policy}${i}`), timestamp: String(now) })) }));
    const messaging = all.map((i) => ({ sender: { id: psid(i) }, recipient: { id: FB[policy] }, timestamp: now * 1000, message: { mid: `m_${policy}${i}`, text: 'hi' } }));
    await gateway.post({ object: 'page', entry: [{ id: FB[policy], time: now * 1000, messaging }] }, { path: '/webhooks/messenger' });
  }
  await until('the customers are known', async () => (await gateway.events()).filter((e) => e.type === 'message.received').length >= 4 * n, 30_000);
}
interface Cell {
  readonly platform: Platform;
  readonly policy: Policy;
  readonly i: number;
  readonly id: string;
}
async function sendAll(lines: readonly number[]): Promise<Cell[]> {
  const cells = PLATFORMS.flatMap((platform) => POLICIES.flatMap((policy) => lines.map((i) => ({ platform, policy, i }))));
  const messages = cells.map(({ platform, policy, i }) => ({
    channel: `ch_${platform}_${policy}`,
    to: platform === 'messenger' ? { psid: psid(i) } : { phone: `+${phone(i)}` },
    content: { type: 'text', text: `line ${i}, ${policy}` },
  }));
  const answer = (await gateway.call('/v1/messages/batch', { method: 'POST', token: OPERATOR, body: { messages } })).json as unknown as {
    refused: number;
    results: { id: string }[];
  };
  if (answer.refused !== 0) throw new Error(JSON.stringify(answer));
  return cells.map((cell, n) => ({ ...cell, id: answer.results[n]?.id ?? '' }));
}
const shown = async (id: string) => (await gateway.call(`/v1/messages/${id}`)).json as unknown as { status: string; error: { code: string } | null; timeline: { kind: string }[] };
/** How a message ended, in a word. */
async function endOf({ id }: Cell): Promise<'sent' | 'refused' | 'unknown' | 'open'> {
  const m = await shown(id);
  if (m.timeline.some((t) => t.kind === 'accepted')) return 'sent';
  if (m.status !== 'failed') return 'open';
  return m.error?.code === 'outcome_unknown' ? 'unknown' : 'refused';
}
const allEnded = (cells: readonly Cell[]) => async () => !(await Promise.all(cells.map(endOf))).includes('open');
const told = async (cell: Cell) => {
  const [calls, accepted] = platforms.count(ACCOUNT[cell.platform][cell.policy], toOf(cell.platform, cell.i));
  return { ...cell, id: '', what: MATRIX[cell.i]?.[0], end: await endOf(cell), calls, accepted };
};

beforeEach(async () => {
  platforms = await startThreePlatforms(scriptOf);
  gateway = await start();
  await open(MATRIX.length);
}, 60_000);
afterEach(async () => {
  await gateway?.kill();
  if (gateway) remove(gateway);
  await platforms?.end();
});

test('recounted at the platforms: sent once, or reported unknown, and never twice under `fail`', async () => {
  const cells = await sendAll(MATRIX.map((_, i) => i));
  await until('every message has its end', allEnded(cells), 90_000);
  for (const cell of await Promise.all(cells.map(told))) {
    const should = MATRIX[cell.i]?.[2];
    if (cell.policy === 'fail') expect(cell.accepted).toBeLessThan(2);
    if (should === 'sent') expect(cell).toMatchObject({ end: 'sent', accepted: 1 });
    if (should === 'refused') expect(cell).toMatchObject({ end: 'refused', accepted: 0, calls: 1 });
    if (should !== 'unknown') continue;
    const taken = cell.what !== 'resets before it takes it';
    // Twilio is asked, and what it has settles the doubt; the others tell nothing here, so the policy decides.
    if (cell.platform === 'sms' && taken) expect(cell).toMatchObject({ end: 'sent', accepted: 1, calls: 1 });
    else if (cell.policy === 'fail') expect(cell).toMatchObject({ end: 'unknown', calls: 1, accepted: taken ? 1 : 0 });
    else expect(cell).toMatchObject({ end: 'sent', calls: 2, accepted: taken ? 2 : 1 });
  }
}, 150_000);

test('the same after kill -9 between call and answer', async () => {
  const never = MATRIX.length - 1;
  const cells = await sendAll([never]);
  await until('every call is on the wire', async () => platforms.calls.length === cells.length, 30_000);
  await gateway.kill('SIGKILL');
  gateway = await start(gateway.dir);
  await until('every message has its end', allEnded(cells), 60_000);
  for (const cell of await Promise.all(cells.map(told))) {
    if (cell.platform === 'sms') expect(cell).toMatchObject({ end: 'sent', accepted: 1, calls: 1 });
    else if (cell.policy === 'fail') expect(cell).toMatchObject({ end: 'unknown', accepted: 1, calls: 1 });
    else expect(cell).toMatchObject({ end: 'sent', accepted: 2, calls: 2 });
  }
}, 150_000);
