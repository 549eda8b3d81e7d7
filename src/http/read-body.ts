import type { IncomingMessage } from 'node:http';

export const MAX_BODY = 5 * 1024 * 1024;
const MAX_IN_FLIGHT = 256 * 1024 * 1024;
const MAX_PER_PEER = 64 * 1024 * 1024;

/** Bytes of bodies being read, in total and per peer address: an attacker who sends much slowly is bounded by it. */
export function createBudget() {
  let total = 0;
  const peers = new Map<string, number>();
  return {
    take(peer: string, bytes: number): boolean {
      const mine = peers.get(peer) ?? 0;
      if (total + bytes > MAX_IN_FLIGHT || mine + bytes > MAX_PER_PEER) return false;
      total += bytes;
      peers.set(peer, mine + bytes);
      return true;
    },
    give(peer: string, bytes: number): void {
      total -= bytes;
      const left = (peers.get(peer) ?? 0) - bytes;
      if (left > 0) peers.set(peer, left);
      else peers.delete(peer);
    },
  };
}
export type Budget = ReturnType<typeof createBudget>;
export type BodyFault = 'too_large' | 'overloaded' | 'aborted';

/** The whole body, within the limit and the budget; calls back once. */
export function readBody(request: IncomingMessage, budget: Budget, done: (fault: BodyFault | null, body: Buffer) => void): void {
  const peer = request.socket.remoteAddress ?? '';
  const parts: Buffer[] = [];
  let size = 0;
  let ended = false;
  const end = (fault: BodyFault | null) => {
    if (ended) return;
    ended = true;
    budget.give(peer, size);
    const [only] = parts;
    done(fault, fault ? Buffer.alloc(0) : parts.length === 1 && only ? only : Buffer.concat(parts));
  };
  request.on('data', (part: Buffer) => {
    if (ended) return;
    if (size + part.length > MAX_BODY) return end('too_large');
    if (!budget.take(peer, part.length)) return end('overloaded');
    size += part.length;
    parts.push(part);
  });
  request.on('end', () => end(null));
  request.on('error', () => end('aborted'));
  request.on('close', () => end('aborted'));
}
