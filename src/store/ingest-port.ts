import type { Tx } from './port.ts';

/** When messages that customers sent just now came here (ms since 1970), by channel id. */
export type InboundTimes = Readonly<Record<string, readonly number[]>>;

/** What feeds the store: the inbound path, batch by batch. */
export interface Ingest {
  /** Takes what waits (up to its own bounds) inside the writer's transaction. */
  batch(tx: Tx): Promise<{ readonly taken: number; readonly more: boolean; readonly offset: number; readonly inbound: InboundTimes }>;
  /** After the commit of `batch`. */
  committed(): void;
  /** After an undo of it; true where the next `batch` goes about it in another way, so that it is worth while at once. */
  undone(error: unknown): boolean;
  /** Once a second: deadlines, retention; bounded. True where more of it is due already. */
  tick(tx: Tx, nowMs: number): Promise<boolean>;
  close(): void;
}
