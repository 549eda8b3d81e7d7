import http from 'node:http';
import { isSigned, readWhole } from './read-signed.ts';

/** The floor: a bare node:http server that reads the same body, checks the same HMAC and answers. Keeps nothing. */
const server = http.createServer((request, response) =>
  readWhole(request, (body) => {
    const ok = isSigned(request, body);
    response.writeHead(ok ? 200 : 401, { 'content-length': 2 });
    response.end(ok ? 'ok' : 'no');
  }),
);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
