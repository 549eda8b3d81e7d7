import { randomInt } from 'node:crypto';
import type { ChannelConfig } from '../config/config.ts';
import { PLATFORMS, type Platform } from '../standalone-sandbox.ts';
import { type Bench, startBench } from './bench.ts';
import { CHECKS } from './checks.ts';
import { ROWS, type Row, SCENARIOS, type Scenario, WHOLE_GATEWAY } from './scenarios.ts';
import type { Surface } from './surface.ts';
import { play } from './trial.ts';

export interface Verdict {
  readonly row: Row;
  readonly platform: Platform;
  readonly ok: boolean;
  readonly detail: string;
}
export interface ConformanceOptions {
  readonly surface: Surface;
  /** The gateway's own CHANNELS_FILE: each `baseUrl` says where it looks for the platform, and there the simulator listens. */
  readonly channels: readonly ChannelConfig[];
  /** The gateway's public listener: webhooks go to /webhooks/{platform} under it. */
  readonly gateway: string;
  readonly rows: readonly Row[];
  /** In the place of each scenario's own. */
  readonly patienceSeconds?: number;
  progress(line: string): void;
}

/** Every scenario of the rows asked for, on each platform that the channels have: the platforms side by side, and the rows that look at the whole gateway alone. */
export async function runConformance({ surface, channels, gateway, rows, patienceSeconds, progress }: ConformanceOptions): Promise<Verdict[]> {
  const benches = new Map<Platform, Bench>();
  for (const platform of PLATFORMS) {
    const bench = await startBench({ platform, channels, webhook: `${gateway.replace(/\/$/, '')}/webhooks/${platform}`, log: () => {} });
    if (bench) benches.set(platform, bench);
  }
  if (!benches.size) throw new Error('no channel of the file has a baseUrl on this machine');
  const wanted = SCENARIOS.map((scenario, number) => ({ scenario, number })).filter(({ scenario }) => rows.includes(scenario.row));
  const run = randomInt(10_000);

  async function judge(scenario: Scenario, number: number, bench: Bench): Promise<Verdict> {
    const seen = await play(patienceSeconds === undefined ? scenario : { ...scenario, patienceSeconds }, { bench, surface, number, run });
    const wrong = scenario.checks.flatMap((name) => {
      const fault = CHECKS[name](seen);
      return fault === null ? [] : [`${name}: ${fault}`];
    });
    progress(`${wrong.length ? 'FAIL' : 'ok  '}  ${scenario.row} (${scenario.platform})`);
    return { row: scenario.row, platform: scenario.platform, ok: !wrong.length, detail: wrong.join('; ') || scenario.checks.join(', ') };
  }
  /** One after the other on a platform, since they share its faults and its clock. */
  async function onPlatform([platform, bench]: [Platform, Bench], alone: boolean): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const { scenario, number } of wanted) {
      if (scenario.platform === platform && WHOLE_GATEWAY.has(scenario.row) === alone) verdicts.push(await judge(scenario, number, bench));
    }
    return verdicts;
  }
  try {
    await surface.begin();
    const together = await Promise.all([...benches].map((bench) => onPlatform(bench, false)));
    const alone: Verdict[][] = [];
    for (const bench of benches) alone.push(await onPlatform(bench, true));
    return [...together, ...alone].flat().sort((a, b) => ROWS.indexOf(a.row) - ROWS.indexOf(b.row));
  } finally {
    await surface.stop();
    for (const bench of benches.values()) await bench.stop();
  }
}
