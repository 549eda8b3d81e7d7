import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileOf } from './files.ts';
import { post } from './load.ts';

/**
 * A scripted Cloud API in a process of its own: `node platform-process.ts GATEWAY_URL PORT`. It accepts what comes, keeps
 * every accepted call, and tells `sent` and `delivered` by signed webhooks, again and again until they are taken, with our id in them.
 */
const [gateway = '', port = '0'] = process.argv.slice(2);
interface Accepted {
  readonly own: string;
  readonly to: string;
  readonly text: string;
  readonly file?: string;
}
const accepted: Accepted[] = [];
const owed = { n: 0 };
const uploads = { n: 0 };
const FILE_MS = 100;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

async function tell(number: string, call: Accepted, id: string): Promise<void> {
  owed.n++;
  for (const status of ['sent', 'delivered']) {
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550100199', phone_number_id: number },
      statuses: [{ id, status, timestamp: String(Math.floor(Date.now() / 1000)), recipient_id: call.to, biz_opaque_callback_data: call.own }],
    };
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '118200000000777', changes: [{ field: 'messages', value }] }] });
    await sleep(60);
    while ((await post({ url: gateway, agent }, body)) !== 200) await sleep(300);
  }
  owed.n--;
}
const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const json = (body: unknown) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/accepted') return json({ accepted, owed: owed.n });
    const file = /\/file\/(\d+)$/.exec(request.url ?? '')?.[1];
    if (file !== undefined) return void setTimeout(() => response.writeHead(200, { 'content-type': 'image/png' }).end(fileOf(Number(file)).bytes), FILE_MS);
    const named = /\/15(\d{12})(?:\?|$)/.exec(request.url ?? '')?.[1];
    if (named !== undefined) return json({ messaging_product: 'whatsapp', id: `15${named}`, mime_type: 'image/png', url: `http://127.0.0.1:${port}/file/${Number(named)}` });
    if (request.method === 'GET') return json({ data: [] }); // templates: none
    if (request.url?.endsWith('/media')) return void setTimeout(() => json({ id: String(9_000_000 + ++uploads.n) }), FILE_MS);
    const {
      to = '',
      text,
      image,
      biz_opaque_callback_data: own = '',
    } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { to?: string; text?: { body: string }; image?: { id?: string; caption?: string }; biz_opaque_callback_data?: string };
    const call = { own, to: to.replace(/^\+/, ''), text: text?.body ?? image?.caption ?? '', ...(image?.id === undefined ? {} : { file: image.id }) };
    accepted.push(call);
    const id = `wamid.OUT.${accepted.length}`;
    const number = /\/(\d{10,})\/messages/.exec(request.url ?? '')?.[1] ?? '';
    setTimeout(() => json({ messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: call.to }], messages: [{ id }] }), 20);
    void tell(number, call, id);
  });
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
