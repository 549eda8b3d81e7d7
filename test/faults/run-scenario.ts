import { setTimeout as sleep } from 'node:timers/promises';
import { holds, recount, type Verdict } from './checker.ts';
import { gather } from './gather.ts';
import type { Scenario } from './scenario.ts';
import { openStage } from './stage.ts';

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

/** What the log said when it ended. */
const lastWords = (log: string): string =>
  log
    .split('\n')
    .filter((l) => /"level":60|Error|\bat /.test(l))
    .slice(-8)
    .join(' ')
    .slice(-1200);

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
    await sleep(1500);
    await stage.stopLoad();
    const verdict = recount(await gather(stage));
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
