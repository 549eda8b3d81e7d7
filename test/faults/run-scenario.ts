import { setTimeout as sleep } from 'node:timers/promises';
import { holds, recount, type Verdict } from './checker.ts';
import { gather } from './gather.ts';
import { lastWords } from './last-words.ts';
import type { Scenario } from './scenario.ts';
import { openStage, type Stage } from './stage.ts';

const RETURN_MS = 30_000;

export interface Outcome {
  readonly family: string;
  readonly name: string;
  readonly verdict: Verdict;
  readonly longestSilenceMs: number;
  readonly starts: number;
  readonly seconds: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly good: boolean;
}

/** The gateway takes a reply again after the faults: what is not used is not proved. */
async function servesAgain({ replies, findings }: Pick<Stage, 'replies' | 'findings'>): Promise<void> {
  const before = replies.promised().length;
  for (const end = performance.now() + RETURN_MS; replies.promised().length === before; await sleep(50))
    if (performance.now() > end)
      return void findings.push(`no reply was taken in ${RETURN_MS / 1000} s after the faults: ${[...replies.refused()].map(([what, n]) => `${what} ${n} times`).join(', ')}`);
}

/** One scenario from an empty folder to its verdict. */
export async function runScenario(scenario: Scenario, options: { seed: number; short: boolean; signal?: AbortSignal }): Promise<Outcome> {
  const began = performance.now();
  const stage = await openStage(scenario, options);
  const interrupted = new Promise<never>((_, reject) => options.signal?.addEventListener('abort', () => reject(new Error('interrupted'))));
  try {
    return await Promise.race([interrupted, playAndCount()]);
  } catch (error) {
    throw new Error(`${scenario.name}: ${(error as Error).message}\n${stage.rig.log().slice(-2000)}`, { cause: error });
  } finally {
    await stage.end();
  }

  async function playAndCount(): Promise<Outcome> {
    await sleep(1500);
    await scenario.play(stage);
    await stage.rig.ready();
    await servesAgain(stage);
    await sleep(1500);
    await stage.stopLoad();
    const verdict = await recount(await gather(stage));
    if (!scenario.endsProcess && stage.rig.starts() > 1) stage.findings.push(`the gateway ended (${stage.rig.exits().join(', ')}): ${lastWords(stage.rig.log())}`);
    const findings = [...verdict.findings, ...stage.findings];
    return {
      family: scenario.family,
      name: scenario.name,
      verdict: { ...verdict, findings },
      longestSilenceMs: stage.load.longestSilenceMs(),
      starts: stage.rig.starts(),
      seconds: Math.round((performance.now() - began) / 1000),
      answers: Object.fromEntries([...stage.load.answers()].map(([status, n]) => [status === 0 ? 'none' : String(status), n])),
      good: holds(verdict) && stage.findings.length === 0,
    };
  }
}
