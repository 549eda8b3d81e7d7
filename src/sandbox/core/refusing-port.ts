import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Faults } from './faults.ts';

const [BEGIN_MS, SLOT_MS, LET_IN_MS] = [50, 250, 50];

/**
 * `connection-refused`: a share of a connection cannot be refused, so a share of the time is. The port is really closed then, also for
 * /sandbox on it, so that a caller sees what it would see of a host without a server.
 */
export function refuseInSlots(server: Server, faults: Faults, channel: string): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let port = 0;
  const close = () => {
    port = (server.address() as AddressInfo).port;
    server.close();
    setTimeout(() => !server.listening && server.closeAllConnections(), LET_IN_MS).unref(); // what has come already is answered: a cut call would be another fault
  };
  function slot(): void {
    const goesOn = faults.list().some((f) => f.kind === 'connection-refused' && (f.channel === null || f.channel === channel));
    const refuses = goesOn && faults.strikes('connection-refused', channel);
    if (refuses && server.listening) close();
    if (!refuses && !server.listening) server.listen(port, '127.0.0.1', 1024);
    timer = goesOn ? setTimeout(slot, SLOT_MS) : undefined;
  }
  faults.watch(({ kind }) => {
    if (kind === 'connection-refused') timer ??= setTimeout(slot, BEGIN_MS); // the answer to whoever asked for it goes out first
  });
  return { stop: () => clearTimeout(timer) };
}
