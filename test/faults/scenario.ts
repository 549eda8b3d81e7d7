import { spawnSync } from 'node:child_process';
import { whyNoKafka } from '../support/kafka.ts';
import { whyNoPostgres } from '../support/postgres.ts';
import type { LogEvent } from './evidence.ts';
import type { Stage } from './stage.ts';

export type Need = 'kafka' | 'proxy' | 'postgres' | 'root';

/** A fault as data: what it needs, and what is done at moments that the seed chooses. The invariants of checker.ts hold for all. */
export interface Scenario {
  readonly family: string;
  readonly name: string;
  readonly needs: readonly Need[];
  readonly env?: Readonly<Record<string, string>>;
  /** Webhooks a second; 100 where absent. */
  readonly perSecond?: number;
  /** Conversations; 24 where absent. */
  readonly talks?: number;
  /** Whether the fault is the process's own end, or may by design lead to it; else an end is a finding. */
  readonly endsProcess?: boolean;
  /** Whether the short form plays it too. */
  readonly inShort?: boolean;
  /** Where DATA_DIR lies, where that is part of the fault. */
  folder?(): Promise<{ dir: string; end(): void }>;
  refusedByKafka?(event: LogEvent): boolean;
  /** Does the faults, mends them, and adds to `stage.findings` what is wrong besides the invariants. */
  play(stage: Stage): Promise<void>;
}

/** Why the scenario can not be played on this machine; null where it can. */
export async function whyNot(scenario: Scenario): Promise<string | null> {
  const kafka = scenario.needs.includes('kafka') ? await whyNoKafka() : null;
  const postgres = scenario.needs.includes('postgres') ? whyNoPostgres() : null;
  const root = scenario.needs.includes('root') && (process.getuid?.() !== 0 || spawnSync('mount', ['--version']).status !== 0) ? 'it mounts a small disk, which takes root' : null;
  return kafka ?? postgres ?? root;
}
