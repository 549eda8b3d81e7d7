import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEchoDesk } from '../../src/sandbox/echo-desk.ts';

interface Sent {
  key: string;
  body: Record<string, unknown>;
}
const received = (id: string, content: object) => ({
  event: { id, type: 'message.received', data: { channel: { id: 'ch_1' }, conversation: { id: 'cv_1' }, message: { content } } },
});

/** An operator API that gives one page of events, then none; `statuses` are its answers to sends. */
async function runDesk(page: object[], statuses: number[]): Promise<{ sent: Sent[]; pages: string[]; stop(): Promise<void> }> {
  const [sent, pages]: [Sent[], string[]] = [[], []];
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '', 'http://x');
    if (request.headers.authorization !== 'Bearer pk_desk') return void response.writeHead(401).end('{}');
    if (request.method === 'POST') {
      sent.push({ key: String(request.headers['idempotency-key']), body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown> });
      return void response.writeHead(statuses.shift() ?? 202).end('{}');
    }
    const after = url.searchParams.get('after') ?? '';
    pages.push(after);
    if (after === '1') await new Promise((resolve) => setTimeout(resolve, 50));
    response.writeHead(200).end(JSON.stringify({ events: after === '0' ? page : [], next: '1' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const desk = createEchoDesk({ api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'pk_desk', after: '0', log: () => {} });
  desk.start();
  for (let i = 0; i < 200 && !pages.includes('1'); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  return {
    sent,
    pages,
    async stop() {
      desk.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each<[string, object[], number[], string[]]>([
  ['each text, once', [received('e1', { type: 'text', text: 'a' }), received('e2', { type: 'text', text: 'b' })], [], ['e1', 'e2']],
  ['nothing but texts', [received('e1', { type: 'image' }), { event: { ...received('e2', { type: 'text', text: 'x' }).event, type: 'message.echo' } }], [], []],
  ['again, under the same key, where the gateway could not take it', [received('e1', { type: 'text', text: 'a' })], [503, 429], ['e1', 'e1', 'e1']],
  ['not again where the gateway said no, and goes on', [received('e1', { type: 'text', text: 'a' }), received('e2', { type: 'text', text: 'b' })], [422], ['e1', 'e2']],
])('the desk answers %s', async (_what, page, statuses, keys) => {
  const { sent, stop } = await runDesk(page, statuses);
  await stop();
  expect(sent.map(({ key }) => key)).toEqual(keys);
  for (const { body } of sent)
    expect(body).toMatchObject({ channel: 'ch_1', to: { conversation: 'cv_1' }, content: { type: 'text', text: expect.stringMatching(/^You wrote: [ab]$/) } });
});
