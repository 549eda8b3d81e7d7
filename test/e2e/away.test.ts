import { createClock } from '../../src/sandbox/core/clock.ts';
import { createMessengerSimulator } from '../../src/sandbox/messenger/simulator.ts';
import { createTwilioSimulator } from '../../src/sandbox/twilio/simulator.ts';
import { booksHold } from '../support/books.ts';
import { type Event, remove, SECRET, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';

/** The gateway is away for ten simulated minutes. Meta goes on trying for an hour, Twilio drops what it could not connect for: both keep lists. */
const PAGE = { object: 'page' as const, id: '104900000000001', name: 'Acme', accessToken: 'page-token', appSecret: SECRET, appId: '880000000000001' };
const SMS = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'twilio-token', address: '+14155550101' };
const EACH = 500;
const CUSTOMERS = 25;

let gateway: TestGateway;
let stop: () => Promise<unknown>;
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await stop();
});

test('500 SMS and 500 Messenger messages that came while it was away: all there afterwards, none twice, named as their webhooks would have been', async () => {
  const port = await freePort();
  const clock = createClock();
  const failed = { messenger: 0, sms: 0 };
  const messenger = createMessengerSimulator({ accounts: [PAGE], webhookUrl: `http://127.0.0.1:${port}/webhooks/messenger`, clock, log: () => void failed.messenger++ });
  const twilio = createTwilioSimulator({ senders: [SMS], webhookUrl: `http://127.0.0.1:${port}/webhooks/sms`, clock, log: () => void failed.sms++ });
  const [graph, api] = await Promise.all([messenger.start(), twilio.start()]);
  stop = () => Promise.all([messenger.stop(), twilio.stop()]);
  const channels = [
    { id: 'ch_fb', type: 'messenger', tenant: 'acme', pageId: PAGE.id, accessToken: PAGE.accessToken, appSecret: SECRET, verifyToken: 'v', baseUrl: graph },
    { id: 'ch_sms', type: 'sms', tenant: 'acme', provider: 'twilio', ...SMS, baseUrl: api },
  ];
  const customer = (i: number) => ({ from: `+4477009${String(10_000 + (i % CUSTOMERS))}`, text: `message ${i}`, media: [] });
  const writeAll = (from: number, to: number) => {
    const ids: string[] = [];
    for (let i = from; i < to; i++) ids.push(messenger.phones.messenger.write(customer(i)).id, twilio.phones.write(customer(i)).id);
    return ids;
  };
  const received = async () => (await gateway.events()).filter((e): e is Event => e.type === 'message.received');
  const have = (wanted: number) => until(`${wanted} messages`, async () => (await received()).length >= wanted, 60_000);

  gateway = await startGateway({ channels, port });
  const before = writeAll(0, 20);
  await have(40);
  await gateway.kill();
  const meanwhile = writeAll(20, 20 + EACH);
  await until('both platforms have tried', async () => failed.messenger >= EACH && failed.sms >= 2 * EACH, 60_000); // Twilio tries a failed connect once more
  clock.advance(10 * 60_000);
  gateway = await startGateway({ channels, port, dir: gateway.dir });
  await have(before.length + meanwhile.length);
  const after = writeAll(20 + EACH, 30 + EACH);
  await have(before.length + meanwhile.length + after.length);

  const events = await received();
  const ids = events.map((e) => e.data.message?.platformId);
  expect([...ids].sort()).toEqual([...before, ...meanwhile, ...after].sort());
  const fetched = events.filter((e) => (e.data.raw as { origin?: string } | undefined)?.origin === 'backfill').map((e) => String(e.data.message?.platformId));
  // Twilio brings none of these by itself; Meta brings what it still tries, and the list the rest. What came before may be found by the list of the first start, too.
  expect(fetched.filter((id) => id.startsWith('SM') && !before.includes(id)).sort()).toEqual(meanwhile.filter((id) => id.startsWith('SM')).sort());
  const subjects = new Map<string, number>();
  for (const e of (await gateway.events()).filter((e) => e.type !== 'message.status')) {
    expect(e.data.seq).toBe((subjects.get(e.subject) ?? 0) + 1);
    subjects.set(e.subject, e.data.seq);
  }
  expect(subjects.size).toBe(2 * CUSTOMERS);
  await booksHold(gateway);
}, 180_000);
