import type { Tx } from './port.ts';

/** What feeds the store: the inbound path, batch by batch. */
export interface Ingest {
  /** Takes what waits (up to its own bounds) inside the writer's transaction. `inbound`: messages that customers sent just now, by channel id. */
  batch(tx: Tx): Promise<{ readonly taken: number; readonly more: boolean; readonly offset: number; readonly inbound: Readonly<Record<string, number>> }>;
  /** After the commit of `batch`. */
  committed(): void;
  /** After an undo of it; true where the next `batch` goes about it in another way, so that it is worth while at once. */
  undone(error: unknown): boolean;
  /** Once a second: deadlines, replays, retention; bounded. */
  tick(tx: Tx, nowMs: number): Promise<void>;
  close(): void;
}
