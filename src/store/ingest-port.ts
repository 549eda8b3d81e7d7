import type { Tx } from './port.ts';

/** What feeds the store: the inbound path, batch by batch. */
export interface Ingest {
  /** Takes what waits (up to its own bounds) inside the writer's transaction. `inbound`: messages that customers sent just now, by channel id. */
  batch(tx: Tx): Promise<{ readonly taken: number; readonly more: boolean; readonly offset: number; readonly inbound: Readonly<Record<string, number>> }>;
  /** After the commit of `batch`, and after an undo of it. */
  committed(): void;
  undone(error: unknown): void;
  /** Once a second: deadlines, replays, retention; bounded. */
  tick(tx: Tx, nowMs: number): Promise<void>;
  close(): void;
}
