import type { Tx } from '../store/port.ts';
import { replaySlice, type ReplayArgs } from './replay.ts';
import { discardDeadLetter, retryDeadLetter, type LetterArgs, type RetryDeps } from './retry.ts';

/** Changes of the store that belong to the inbound path; see src/store/operations.ts. */
export const inboundOperations = (deps: RetryDeps) => ({
  retryDeadLetter: (tx: Tx, args: LetterArgs) => retryDeadLetter(tx, args, deps),
  discardDeadLetter: (tx: Tx, args: LetterArgs) => discardDeadLetter(tx, args),
  replaySlice: (tx: Tx, args: ReplayArgs) => replaySlice(tx, args, deps),
});
