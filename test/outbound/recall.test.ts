import { createSmsAdapter } from '../../adapters/sms/index.ts';
import { createCancelling } from '../../src/outbound/cancelling.ts';
import { type Desk, openDesk } from '../support/outbound-desk.ts';
import { OWN, SERVICE, SID, startTwilioPlatform, type TwilioPlatform } from '../support/twilio-platform.ts';

const ANA = { phone: '+14155550199' };
let platform: TwilioPlatform;
let desk: Desk;
beforeAll(async () => {
  platform = await startTwilioPlatform();
});
afterAll(() => platform.stop());
beforeEach(async () => {
  desk = openDesk();
  await desk.channel('sms', { type: 'sms', provider: 'twilio' });
});
afterEach(() => desk.close());

const adapter = createSmsAdapter();
const account = `${SID} ${OWN}`;
const options = () => ({ baseUrl: platform.url, credentials: { accountSid: SID, authToken: 'token' }, signal: AbortSignal.timeout(5000) });
const scheduled = async () => {
  const SendAt = new Date(Date.now() + 3_600_000).toISOString();
  return String((await platform.post({ From: undefined, MessagingServiceSid: SERVICE, ScheduleType: 'fixed', SendAt })).json.sid);
};
const queued = async () => String((await platform.post({})).json.sid);

test('Twilio lets go of what is scheduled, and of nothing else', async () => {
  expect(await adapter.cancel?.(await scheduled(), { account }, options())).toBe(true);
  expect(await adapter.cancel?.(await queued(), { account }, options())).toBe(false);
  await expect(adapter.cancel?.(`SM${'f'.repeat(32)}`, { account }, options())).rejects.toMatchObject({ status: 404 });
});

describe('canceling a message that has gone out from here', () => {
  const cancel = (id: string) =>
    createCancelling({
      store: { write: ((name: 'recalled', args: never) => desk.run((tx) => desk.operations[name](tx, args))) as never },
      senderOf: () => ({
        channel: { id: 'sms', type: 'sms', provider: 'twilio', account, businessAccount: null, settings: {}, baseUrl: platform.url, credentials: options().credentials },
        adapter,
      }),
    })({ id, tenant: 'acme' });
  /** A message of which Twilio has the parts under these ids. */
  async function held(...sids: string[]): Promise<string> {
    const id = await desk.send('sms', ANA, { content: { type: 'text', text: sids.join('\n') } });
    for (const sid of sids) {
      await desk.call(id);
      await desk.rows('UPDATE calls SET platform_id = $2 WHERE message = $1 AND platform_id LIKE $3', [id, sid, 'pid.%']);
    }
    return id;
  }
  test('what Twilio holds comes back', async () => {
    const id = await held(await scheduled());
    expect(await cancel(id)).toEqual({ id, status: 'canceled' });
    expect(await desk.message(id)).toMatchObject({ state: 'canceled', queue_state: 'done' });
  });
  test('what it has queued does not, and the timeline says so', async () => {
    const id = await held(await queued());
    await expect(cancel(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await desk.message(id)).toMatchObject({ state: 'queued' });
    expect(await desk.timeline(id)).toEqual(['queued', 'accepted', 'cancel_refused']);
  });
  test('half of it is told as half', async () => {
    const id = await held(await queued(), await scheduled());
    await expect(cancel(id)).rejects.toMatchObject({ code: 'conflict' });
    const [{ detail } = { detail: '{}' }] = await desk.rows<{ detail: string }>("SELECT detail FROM timeline WHERE message = $1 AND kind = 'cancel_refused'", [id]);
    expect(JSON.parse(detail)).toEqual({ calledBack: 1, parts: 2 });
  });
  test('Twilio is not asked for what is queued here, or was sent', async () => {
    const here = await desk.send('sms', ANA);
    expect(await cancel(here)).toEqual({ id: here, status: 'canceled' });
    const sent = await held('SM1');
    await desk.rows("UPDATE messages SET state = 'sent' WHERE id = $1", [sent]);
    await expect(cancel(sent)).rejects.toMatchObject({ code: 'conflict' });
    expect(await desk.timeline(sent)).toEqual(['queued', 'accepted']);
  });
});
