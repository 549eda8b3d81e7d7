import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMbOfLiving } from '../bench/proc.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** One look at the process. */
export interface Sample {
  readonly seconds: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Open files, pipes and the like. */
  readonly handles: number;
  /** Connections: as many as whoever talks to it keeps open just then. */
  readonly sockets: number;
  readonly walMb: number;
  /** 99th percentile of the event loop's delay since the sample before. */
  readonly delayMs: number;
}
type Figure = Exclude<keyof Sample, 'seconds'>;
/** What may grow by how much from the first third (after the warm-up) to the last: a share of it, and a little on top. */
const BOUNDS: Readonly<Record<Figure, { readonly share: number; readonly plus: number }>> = {
  rssMb: { share: 0.15, plus: 30 },
  heapMb: { share: 0.25, plus: 20 },
  handles: { share: 0.05, plus: 8 },
  sockets: { share: 0.5, plus: 50 },
  walMb: { share: 0.25, plus: 40 },
  delayMs: { share: 0.5, plus: 20 },
};
const EVERY_MS = 10_000;
const WARM_SHARE = 0.15;

/** Sizes of the SQLite write-ahead logs below a folder, in MB. */
function walMb(dir: string): number {
  return (
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('-wal'))
      .reduce((n, name) => n + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0), 0) /
    1024 ** 2
  );
}
/** How many open descriptors of a process are sockets, and how many are not. */
function descriptors(pid: number): { handles: number; sockets: number } {
  const dir = `/proc/${pid}/fd`;
  const leadsTo = (fd: string): string => {
    try {
      return readlinkSync(join(dir, fd));
    } catch {
      return 'socket:'; // closed meanwhile
    }
  };
  const all = readdirSync(dir);
  const sockets = all.filter((fd) => leadsTo(fd).startsWith('socket:')).length;
  return { handles: all.length - sockets, sockets };
}
async function look(stage: Stage, began: number): Promise<Sample> {
  const { text } = await stage.rig.get('/metrics');
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    seconds: Math.round((performance.now() - began) / 1000),
    rssMb: residentMbOfLiving(stage.rig.pid()),
    heapMb: metric('parlance_nodejs_heap_size_used_bytes') / 1024 ** 2,
    ...descriptors(stage.rig.pid()),
    walMb: walMb(join(stage.rig.dir, 'data')),
    delayMs: metric('parlance_nodejs_eventloop_lag_p99_seconds') * 1000,
  };
}
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

export interface Flatness {
  readonly figure: Figure;
  /** Medians of the three thirds after the warm-up. */
  readonly thirds: readonly [number, number, number];
  readonly bound: number;
  readonly flat: boolean;
}
/** Whether each figure's last third stays within its bound of the first. Pure. */
export function judge(samples: readonly Sample[]): Flatness[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_SHARE));
  const third = Math.max(1, Math.floor(warm.length / 3));
  return (Object.keys(BOUNDS) as Figure[]).map((figure) => {
    const of = (list: readonly Sample[]) => median(list.map((s) => s[figure]));
    const thirds = [of(warm.slice(0, third)), of(warm.slice(third, -third)), of(warm.slice(-third))] as const;
    const bound = thirds[0] * (1 + BOUNDS[figure].share) + BOUNDS[figure].plus;
    return { figure, thirds, bound, flat: thirds[2] <= bound };
  });
}
export function soakTable(samples: readonly Sample[]): string {
  const rows = judge(samples).map((f) => `| ${f.figure} | ${f.thirds.map((n) => n.toFixed(1)).join(' | ')} | ${f.bound.toFixed(1)} | ${f.flat ? 'flat' : 'NOT FLAT'} |`);
  return ['| figure (median) | first third | middle | last third | bound | |', '| --- | ---: | ---: | ---: | ---: | --- |', ...rows].join('\n');
}

/** Half of what the gateway sustains with every event on Kafka where the README's figures were measured. */
export const HALF_RATE = 2700;
/** Nothing but load, in both directions, for so many minutes, with every event on Kafka; `sampled` is told at its end, before the count. The invariants hold then too. */
export function soak({ minutes, perSecond }: { minutes: number; perSecond: number }, sampled: (samples: readonly Sample[]) => void): Scenario {
  return {
    family: 'soak',
    name: `soak of ${minutes} minutes at ${perSecond} webhooks a second`,
    needs: ['kafka'],
    perSecond,
    talks: 200,
    async play(stage) {
      const began = performance.now();
      const samples: Sample[] = [];
      for (const end = began + minutes * 60_000; performance.now() < end; ) {
        await sleep(EVERY_MS);
        samples.push(await look(stage, began));
      }
      sampled(samples);
      for (const f of judge(samples)) if (!f.flat) stage.findings.push(`${f.figure} is not flat: ${f.thirds.map((n) => n.toFixed(1)).join(', ')}; bound ${f.bound.toFixed(1)}`);
    },
  };
}
