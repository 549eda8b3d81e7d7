import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { SECRET } from './load.ts';

/** The floor: a bare node:http server that reads the same body, checks the same HMAC and answers. Keeps nothing. */
const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice(7), 'hex');
    const own = createHmac('sha256', SECRET).update(body).digest();
    const ok = given.length === own.length && timingSafeEqual(given, own);
    response.writeHead(ok ? 200 : 401, { 'content-length': 2 });
    response.end(ok ? 'ok' : 'no');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
