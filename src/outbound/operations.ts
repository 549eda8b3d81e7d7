import type { Tx } from '../store/port.ts';
import { type AdmitArgs, admit, type OutboundEnvironment } from './admit.ts';
import { admitBatch } from './batch.ts';
import { type ByHand, cancelByCommand, cancelMessage, retryMessage } from './by-hand.ts';
import { type ClaimArgs, claim } from './claim.ts';
import { clockStepped } from './clock-steps.ts';
import { recoverCalling } from './doubts.ts';
import { keepQueue } from './keep-queue.ts';
import { resumeChannel } from './pause-channel.ts';
import { prepareSignal, type SignalArgs } from './prepare-signal.ts';
import { type PreviewArgs, preview } from './preview.ts';
import { recallable, recalled } from './recall.ts';
import { type OutcomeArgs, recordOutcome } from './record-outcome.ts';
import { type StepArgs, step } from './step.ts';

/** Changes of the store that belong to the outbound path; see src/store/operations.ts. */
export const outboundOperations = (env: OutboundEnvironment) => ({
  admit: (tx: Tx, args: AdmitArgs) => admit(tx, args, env),
  preview: (tx: Tx, args: PreviewArgs) => preview(tx, args, env),
  claim: (tx: Tx, args: ClaimArgs) => claim(tx, args, env),
  admitBatch: (tx: Tx, args: Parameters<typeof admitBatch>[1]) => admitBatch(tx, args, env),
  step: (tx: Tx, args: StepArgs) => step(tx, args, env),
  recordOutcome: (tx: Tx, args: OutcomeArgs) => recordOutcome(tx, args, env.outbound),
  recoverCalling: (tx: Tx, args: { readonly nowMs: number }) => recoverCalling(tx, args, env.outbound),
  keepQueue: (tx: Tx, args: { readonly nowMs: number }) => keepQueue(tx, args, env),
  resumeChannel: (tx: Tx, args: Parameters<typeof resumeChannel>[1]) => resumeChannel(tx, args),
  prepareSignal: (tx: Tx, args: SignalArgs) => prepareSignal(tx, args, env),
  clockStepped: (tx: Tx, args: Parameters<typeof clockStepped>[1]) => clockStepped(tx, args),
  cancelMessage: (tx: Tx, args: ByHand) => cancelMessage(tx, args),
  recallable: (tx: Tx, args: Parameters<typeof recallable>[1]) => recallable(tx, args),
  recalled: (tx: Tx, args: Parameters<typeof recalled>[1]) => recalled(tx, args),
  cancelByCommand: (tx: Tx, args: Parameters<typeof cancelByCommand>[1]) => cancelByCommand(tx, args),
  retryMessage: (tx: Tx, args: ByHand) => retryMessage(tx, args),
});
