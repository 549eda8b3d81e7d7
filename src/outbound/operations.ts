import type { Tx } from '../store/port.ts';
import { type AdmitArgs, admit, type OutboundEnvironment } from './admit.ts';
import { type ByHand, cancelByCommand, cancelMessage, retryMessage } from './by-hand.ts';
import { type ClaimArgs, claim, recoverCalling, settleDoubts } from './claim.ts';
import { clockStepped } from './clock-steps.ts';
import { prepareSignal, type SignalArgs } from './prepare-signal.ts';
import { type PreviewArgs, preview } from './preview.ts';
import { type OutcomeArgs, recordOutcome } from './record-outcome.ts';

/** Changes of the store that belong to the outbound path; see src/store/operations.ts. */
export const outboundOperations = (env: OutboundEnvironment) => ({
  admit: (tx: Tx, args: AdmitArgs) => admit(tx, args, env),
  preview: (tx: Tx, args: PreviewArgs) => preview(tx, args, env),
  prepareSignal: (tx: Tx, args: SignalArgs) => prepareSignal(tx, args, env),
  claim: (tx: Tx, args: ClaimArgs) => claim(tx, args),
  recordOutcome: (tx: Tx, args: OutcomeArgs) => recordOutcome(tx, args),
  recoverCalling: (tx: Tx, args: { readonly nowMs: number }) => recoverCalling(tx, args),
  settleDoubts: (tx: Tx, args: { readonly nowMs: number }) => settleDoubts(tx, args),
  clockStepped: (tx: Tx, args: Parameters<typeof clockStepped>[1]) => clockStepped(tx, args),
  cancelMessage: (tx: Tx, args: ByHand) => cancelMessage(tx, args),
  cancelByCommand: (tx: Tx, args: Parameters<typeof cancelByCommand>[1]) => cancelByCommand(tx, args),
  retryMessage: (tx: Tx, args: ByHand) => retryMessage(tx, args),
});
