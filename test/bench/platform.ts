import http from 'node:http';
import { CLOCK } from './clock.ts';

/** A Cloud API that answers at once, in a process of its own; it counts, and keeps when each call came. */
let calls: number[] = [];
let forgotten = 0;
const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(400).end(); // lists and names
    calls.push(performance.now() + CLOCK);
    const body = `{"messaging_product":"whatsapp","messages":[{"id":"wamid.OUT${process.pid}.${calls.length}"}]}`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
/** `times`: all arrivals so far, and they are forgotten; `count`: how many there were. */
process.on('message', (what: 'times' | 'count') => {
  if (what === 'count') return process.send?.({ count: forgotten + calls.length });
  const times = calls;
  forgotten += calls.length;
  calls = [];
  return process.send?.({ times });
});
process.on('disconnect', () => process.exit(0));
