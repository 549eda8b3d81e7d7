import { startCloudApi } from '../support/cloud-api.ts';
import { channel, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';

const NUMBER = '207700000000123';
const [ANN, BO] = ['447700900101', '447700900102'];
let gateway: TestGateway;
let cloud: Awaited<ReturnType<typeof startCloudApi>>;
beforeEach(async () => {
  cloud = await startCloudApi();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: cloud.url } });
});
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await cloud.end();
});

interface Page {
  readonly messages: readonly { readonly id: string; readonly direction: string }[];
  readonly next: string | null;
}
/** Who wrote, message by message, read page by page. */
async function written(path: string, limit: number): Promise<string[]> {
  const all: string[] = [];
  for (let cursor = ''; ; ) {
    const page = (await gateway.call(`${path}limit=${limit}${cursor && `&cursor=${cursor}`}`)).json as Page;
    all.push(...page.messages.map((m) => `${m.direction} ${m.id}`));
    if (!page.next) return all;
    cursor = page.next;
  }
}
async function arrived(ids: readonly string[]): Promise<void> {
  await until('the messages are events', async () => {
    const there = new Set((await gateway.events()).map((e) => e.data.message?.platformId));
    return ids.every((id) => there.has(id));
  });
}
const customerWrites = async (from: string, ids: readonly string[]): Promise<void> => {
  expect(await gateway.post(webhook(NUMBER, { messages: ids.map((id) => ({ ...text(from, id), timestamp: String(Math.floor(Date.now() / 1000)) })) }))).toBe(200);
  await arrived(ids);
};
const answer = async (to: string): Promise<void> => {
  expect((await gateway.call('/v1/messages', { method: 'POST', body: { channel: 'ch_wa', to: { phone: `+${to}` }, content: { type: 'text', text: 'hello' } } })).status).toBe(202);
};

test('a conversation is listed with both sides in order, from either end, page by page, and on after a restart', async () => {
  const many = Array.from({ length: 40 }, (_, i) => `wamid.M${i}`);
  await customerWrites(ANN, ['wamid.A1', 'wamid.A2']);
  await answer(ANN);
  await customerWrites(BO, ['wamid.B1']);
  await customerWrites(ANN, ['wamid.A3', ...many]);
  await answer(BO);
  await answer(ANN);
  await answer(ANN);
  await gateway.kill();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], dir: gateway.dir, env: { GRAPH_API_URL: cloud.url } });
  await customerWrites(ANN, ['wamid.A4']);

  const { conversations } = (await gateway.call('/v1/conversations')).json as { conversations: { id: string; contact: { id: string; identities: { value: string }[] } }[] };
  const of = (phone: string) => conversations.find((c) => c.contact.identities.some((i) => i.value === `+${phone}`));
  const sides = { [ANN]: ['inbound', 'inbound', 'outbound', ...Array<string>(41).fill('inbound'), 'outbound', 'outbound', 'inbound'], [BO]: ['inbound', 'outbound'] };
  for (const [phone, wanted] of Object.entries(sides)) {
    const { id, contact } = of(phone) ?? { id: '', contact: { id: '' } };
    const oldestFirst = await written(`/v1/conversations/${id}/messages?`, 7);
    expect(oldestFirst.map((m) => m.split(' ')[0])).toEqual(wanted);
    for (const limit of [1, 3, 100]) {
      expect(await written(`/v1/conversations/${id}/messages?`, limit)).toEqual(oldestFirst);
      expect(await written(`/v1/messages?conversation=${id}&`, limit)).toEqual([...oldestFirst].reverse());
      expect(await written(`/v1/messages?contact=${contact.id}&`, limit)).toEqual([...oldestFirst].reverse());
    }
  }
});
