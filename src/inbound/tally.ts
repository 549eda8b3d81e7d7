import type { Tx } from '../store/port.ts';

/** The terms of promise 5; each is counted where it happens. */
export type Term = 'elements' | 'published' | 'duplicate' | 'absorbed' | 'deadLettered' | 'waiting';
export const UNROUTED = 'unrouted';

/** Counts of one body or batch, before they are written in the same transaction as what they count. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Adds `n` (negative takes back) to a term; `reason` for absorbed alone. */
  count(channel: string, day: string, term: Term, { reason = '', n = 1 }: { reason?: string; n?: number } = {}): void {
    const key = `${channel}\n${day}\n${term}\n${reason}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + n);
  }
  merge(other: Tally): void {
    for (const [key, n] of other.#counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + n);
  }
  /** In the order of the keys, so that two writers never wait for each other crosswise. */
  async write(tx: Tx): Promise<void> {
    for (const key of [...this.#counts.keys()].sort()) {
      const [channel, day, term, reason] = key.split('\n');
      await tx.run('INSERT INTO ledger (channel, day, term, reason, n) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (channel, day, term, reason) DO UPDATE SET n = ledger.n + excluded.n', [
        channel,
        day,
        term,
        reason,
        this.#counts.get(key),
      ]);
    }
  }
}
