import type { JournalRow } from '../journal/port.ts';
import type { Tx } from '../store/port.ts';
import type { Directory } from './directory.ts';
import type { Tally } from './tally.ts';

/** What the resolution of one body knows and writes to. */
export interface Context {
  readonly tx: Tx;
  readonly directory: Directory;
  readonly row: JournalRow;
  /** jr_… of the body. */
  readonly ref: string;
  readonly nowMs: number;
  /** UTC day of receipt, for the ledger. */
  readonly day: string;
  readonly tally: Tally;
  /** A signed link of the gateway to a medium. */
  mediaUrl(id: string): string;
  /** Edits and deletions that came before their original, that wait for it; see early-changes.ts. */
  readonly early: { pending: number };
  /** When messages that customers sent just now came here, by channel id: they use up the allowance of the number on some platforms. */
  readonly inbound: Map<string, number[]>;
  /** A retry or replay: what is counted moves between terms instead of adding elements. */
  readonly again: boolean;
}
