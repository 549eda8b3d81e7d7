import type { Tx } from '../store/port.ts';
import { type ReplayArgs, replaySlice } from './replay.ts';
import { discardDeadLetter, type LetterArgs, type RetryDeps, retryDeadLetter } from './retry.ts';

/** Changes of the store that belong to the inbound path; see src/store/operations.ts. */
export const inboundOperations = (deps: RetryDeps) => ({
  retryDeadLetter: (tx: Tx, args: LetterArgs) => retryDeadLetter(tx, args, deps),
  discardDeadLetter: (tx: Tx, args: LetterArgs) => discardDeadLetter(tx, args),
  replaySlice: (tx: Tx, args: ReplayArgs) => replaySlice(tx, args, deps),
});
