import { randomInt } from 'node:crypto';
import type { ChannelConfig } from '../config/config.ts';
import { PLATFORMS, type Platform } from '../standalone-sandbox.ts';
import { type Bench, startBench } from './bench.ts';
import { CHECKS } from './checks.ts';
import { ROWS, type Row, SCENARIOS } from './scenarios.ts';
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

/** Every scenario of the rows asked for, on each platform that the channels have. */
export async function runConformance({ surface, channels, gateway, rows, patienceSeconds, progress }: ConformanceOptions): Promise<Verdict[]> {
  const benches = new Map<Platform, Bench>();
  for (const platform of PLATFORMS) {
    const bench = await startBench({ platform, channels, webhook: `${gateway.replace(/\/$/, '')}/webhooks/${platform}`, log: () => {} });
    if (bench) benches.set(platform, bench);
  }
  if (!benches.size) throw new Error('no channel of the file has a baseUrl on this machine');
  const verdicts: Verdict[] = [];
  const run = randomInt(10_000);
  try {
    await surface.begin();
    for (const [number, scenario] of SCENARIOS.entries()) {
      const bench = benches.get(scenario.platform);
      if (!bench || !rows.includes(scenario.row)) continue;
      const seen = await play(patienceSeconds === undefined ? scenario : { ...scenario, patienceSeconds }, { bench, surface, number, run });
      const wrong = scenario.checks.flatMap((name) => {
        const fault = CHECKS[name](seen);
        return fault === null ? [] : [`${name}: ${fault}`];
      });
      verdicts.push({ row: scenario.row, platform: scenario.platform, ok: !wrong.length, detail: wrong.join('; ') || scenario.checks.join(', ') });
      progress(`${wrong.length ? 'FAIL' : 'ok  '}  ${scenario.row} (${scenario.platform})`);
    }
  } finally {
    await surface.stop();
    for (const bench of benches.values()) await bench.stop();
  }
  return verdicts.sort((a, b) => ROWS.indexOf(a.row) - ROWS.indexOf(b.row));
}
