import type { Tx } from '../store/port.ts';
import { type ReplayRequest, startReplay, stepReplay } from './replay-job.ts';
import { discardDeadLetter, type LetterArgs, type RetryDeps, retryDeadLetter } from './retry.ts';

/** Changes of the store that belong to the inbound path; see src/store/operations.ts. */
export const inboundOperations = (deps: RetryDeps) => ({
  retryDeadLetter: (tx: Tx, args: LetterArgs) => retryDeadLetter(tx, args, deps),
  discardDeadLetter: (tx: Tx, args: LetterArgs) => discardDeadLetter(tx, args),
  startReplay: (tx: Tx, args: ReplayRequest) => startReplay(tx, args, deps),
  stepReplay: (tx: Tx, args: { readonly id: string; readonly nowMs: number }) => stepReplay(tx, args, deps),
});
