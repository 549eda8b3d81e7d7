import type { Tx } from '../store/port.ts';
import type { OutboundEnvironment } from './admit.ts';
import { type ClaimArgs, type Claimed, claim } from './claim.ts';
import { type OutcomeArgs, recordOutcome } from './record-outcome.ts';

export interface StepArgs {
  readonly outcomes: readonly OutcomeArgs[];
  readonly claims: readonly ClaimArgs[];
}
/** Outcomes and claims in one transaction, each at its place in the answer. What one throws undoes all: the caller tries them one by one. */
export async function step(tx: Tx, { outcomes, claims }: StepArgs, env: OutboundEnvironment): Promise<{ freed: boolean[]; claimed: (Claimed | null)[] }> {
  const freed: boolean[] = [];
  const claimed: (Claimed | null)[] = [];
  for (const outcome of outcomes) freed.push(await recordOutcome(tx, outcome, env.outbound));
  for (const one of claims) claimed.push(await claim(tx, one, env));
  return { freed, claimed };
}
