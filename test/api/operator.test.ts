import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { channel, type Event, remove, SECRET, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';

const ONE = '207700000000123';
const LOST = '207700000000999';
let gateway: TestGateway;
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
});
const ids = (events: readonly Event[]) => events.flatMap((e) => (e.data.message ? [e.data.message.platformId] : []));
const settled = (wanted: number) => until(`${wanted} events`, async () => (await gateway.events()).length >= wanted);
interface Letters {
  deadLetters: { id: string; code: string; state: string; reason: string }[];
}
const letters = async () => ((await gateway.call('/v1/dead-letters')).json as unknown as Letters).deadLetters;
const retry = async (id: string) => (await gateway.call(`/v1/dead-letters/${id}/retry`, { method: 'POST' })).json as unknown as { state: string; reason?: string };

test('a refused webhook says why; with the secret mended it verifies, once, and becomes its event', async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE, { appSecret: 'mistyped' })] });
  const body = webhook(ONE, { messages: [text('447700900101', 'wamid.REFUSED')] });
  expect(await gateway.post(body)).toBe(401);
  const { refused } = (await gateway.call('/v1/refused-webhooks')).json as unknown as { refused: { id: string; why: string; advice: string }[] };
  expect(refused).toMatchObject([{ why: 'mismatch', advice: expect.stringContaining('appSecret') as string, signedAs: `${gateway.url}/webhooks/whatsapp` }]);
  const verify = async () => (await gateway.call(`/v1/refused-webhooks/${refused[0]?.id}/verify`, { method: 'POST' })).json as unknown;
  expect(await verify()).toEqual({ state: 'refused', why: 'mismatch' });
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ channels: [channel('ch_wa', ONE, { appSecret: SECRET })], dir: gateway.dir });
  expect(await verify()).toMatchObject({ state: 'accepted' });
  await settled(1);
  expect(ids(await gateway.events())).toEqual(['wamid.REFUSED']);
  expect(await verify()).toMatchObject({ status: 404 });
});

test('a dead letter is retried once its channel is there, from the journal or, when that is gone, from its own bytes', async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE)] });
  await gateway.post(webhook(LOST, { messages: [text('447700900101', 'wamid.L1')] }));
  await gateway.post(webhook(LOST, { messages: [text('447700900101', 'wamid.L2'), text('447700900101', 'wamid.L3')] }));
  await settled(3);
  const open = (await letters()).reverse();
  expect(open.map((l) => l.code)).toEqual(['unknown_channel', 'unknown_channel', 'unknown_channel']);
  expect(await retry(open[0]?.id ?? '')).toMatchObject({ state: 'open', reason: expect.stringContaining('no channel') as string });
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ channels: [channel('ch_wa', ONE), channel('ch_lost', LOST)], dir: gateway.dir });
  expect(await retry(open[0]?.id ?? '')).toEqual({ state: 'retried' });
  await gateway.kill('SIGTERM');
  const journal = join(gateway.dir, 'data', 'journal');
  for (const file of readdirSync(journal).filter((f) => f.endsWith('.sqlite'))) {
    const db = new DatabaseSync(join(journal, file));
    db.exec('DELETE FROM bodies');
    db.close();
  }
  gateway = await startGateway({ channels: [channel('ch_wa', ONE), channel('ch_lost', LOST)], dir: gateway.dir });
  expect(await retry(open[1]?.id ?? '')).toEqual({ state: 'retried' });
  expect(await retry(open[2]?.id ?? '')).toEqual({ state: 'retried' });
  expect(await retry(open[2]?.id ?? '')).toMatchObject({ status: 409 });
  expect(ids(await gateway.events())).toEqual(['wamid.L1', 'wamid.L2', 'wamid.L3']);
  const books = (await gateway.call('/v1/ledger')).json as unknown as { channels: { channel: string; elements: number; published: number; deadLettered: number }[] };
  expect(books.channels.filter((c) => c.elements > 0)).toMatchObject([{ channel: 'ch_lost', elements: 3, published: 3, deadLettered: 0 }]);
});

test('a replay: a dry run tells what has no event, publishing makes its first one under the ordinary id, a second finds all the same', async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE)] });
  const from = new Date(Date.now() - 60_000).toISOString();
  await gateway.post(webhook(ONE, { messages: [text('447700900101', 'wamid.R1')] }));
  await gateway.post(webhook(LOST, { messages: [text('447700900101', 'wamid.R2')] }));
  await settled(2);
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ channels: [channel('ch_wa', ONE), channel('ch_lost', LOST)], dir: gateway.dir });
  const replay = async (publish: boolean) => (await gateway.call('/v1/replays', { method: 'POST', body: { from, publish } })).json as unknown as { id: string };
  const dry = await replay(false);
  expect(dry).toMatchObject({ state: 'done', dryRun: true, result: { bodies: 2, same: 1, missing: 1, differs: 0 } });
  expect((await gateway.call(`/v1/replays/${dry.id}`)).json).toMatchObject({ id: dry.id, state: 'done' });
  expect(ids(await gateway.events())).toEqual(['wamid.R1']);
  expect(await replay(true)).toMatchObject({ dryRun: false, result: { same: 1, missing: 1 } });
  expect(ids(await gateway.events())).toEqual(['wamid.R1', 'wamid.R2']);
  expect(await replay(true)).toMatchObject({ result: { same: 2, missing: 0 } });
  expect(ids(await gateway.events())).toEqual(['wamid.R1', 'wamid.R2']);
});

test('a reader that filters gets previousSeq; the stream goes on from Last-Event-ID', async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE)] });
  const reaction = (id: string) => ({ ...text('447700900101', id), type: 'reaction', text: undefined, reaction: { message_id: 'wamid.X', emoji: '👍' } });
  for (const m of [text('447700900101', 'wamid.1'), reaction('wamid.2'), text('447700900101', 'wamid.3'), reaction('wamid.4')]) await gateway.post(webhook(ONE, { messages: [m] }));
  await settled(4);
  const page = (await gateway.call('/v1/events?types=message.received')).json as unknown as {
    events: { offset: string; event: { data: { seq: number; previousSeq: number | null } } }[];
  };
  expect(page.events.map((e) => [e.event.data.seq, e.event.data.previousSeq])).toEqual([
    [1, null],
    [3, 1],
  ]);
  const gone = new AbortController();
  const stream = await fetch(`${gateway.api}/v1/events/stream`, {
    headers: { authorization: 'Bearer test-operator-token-0123456789', 'last-event-id': page.events[0]?.offset ?? '' },
    signal: gone.signal,
  });
  let told = '';
  for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
    told += Buffer.from(chunk).toString();
    if (told.includes('wamid.4')) break;
  }
  gone.abort();
  expect(told).not.toContain('wamid.1"');
  expect([...told.matchAll(/"seq":(\d)/g)].map(([, n]) => Number(n))).toEqual([2, 3, 4]);
});

test('documents are served: OpenAPI of every route, AsyncAPI of the topics', async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE)] });
  const open = (await gateway.call('/openapi.json')).json as unknown as { paths: object };
  expect(Object.keys(open.paths)).toEqual(expect.arrayContaining(['/v1/messages', '/v1/refused-webhooks/{id}/verify']));
  expect((await gateway.call('/asyncapi.json')).json).toMatchObject({ asyncapi: '3.0.0', channels: { messagesV1: { address: 'parlance.messages.v1' } } });
});
