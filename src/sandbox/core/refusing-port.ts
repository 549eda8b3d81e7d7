import type { Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Faults } from './faults.ts';

const [BEGIN_MS, SLOT_MS] = [50, 250];

/**
 * `connection-refused`: a share of a connection cannot be refused, so a share of the time is. The port is really closed then, also for
 * /sandbox on it, so that a caller sees what it would see of a host without a server. A connection that is open already is answered once
 * more, and told that it closes: a call that is cut would be another fault, whose outcome the caller cannot know.
 */
export function refuseInSlots(server: Server, faults: Faults, channel: string): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let closing: NodeJS.Immediate | undefined;
  let port = 0;
  let letIn = 0;
  server.on('connection', () => (letIn += 1));
  server.prependListener('request', (_request, response) => {
    if (!server.listening) response.shouldKeepAlive = false;
  });
  /** After a turn of the event loop that lets nobody in: one a turn comes in, and who has connected and waits would be cut. */
  function close(): void {
    const before = letIn;
    closing = setImmediate(() => {
      if (letIn !== before) return close();
      port = (server.address() as AddressInfo).port;
      NetServer.prototype.close.call(server); // http's own would cut idle connections, on which a call may be under way
    });
  }
  function slot(): void {
    clearImmediate(closing);
    const goesOn = faults.list().some((f) => f.kind === 'connection-refused' && (f.channel === null || f.channel === channel));
    const refuses = goesOn && faults.strikes('connection-refused', channel);
    if (refuses && server.listening) close();
    if (!refuses && !server.listening) server.listen(port, '127.0.0.1', 1024);
    timer = goesOn ? setTimeout(slot, SLOT_MS) : undefined;
  }
  faults.watch(({ kind }) => {
    if (kind === 'connection-refused') timer ??= setTimeout(slot, BEGIN_MS); // the answer to whoever asked for it goes out first
  });
  return {
    stop() {
      clearTimeout(timer);
      clearImmediate(closing);
    },
  };
}
