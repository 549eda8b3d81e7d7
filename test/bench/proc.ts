import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a process: processor time, memory, threads. Elsewhere everything is 0. */
const TICKS = 100; // USER_HZ of every Linux that Node runs on
const PAGE = 4096;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
const timesOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
};

/** Seconds of processor time, all threads. */
export const cpuSeconds = (pid: number): number => timesOf(read(`/proc/${pid}/stat`));
export const residentMb = (pid: number): number => (Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE) / 1e6;

/** The same of a process that must be there: one that has ended takes no memory, and would look like one that does not grow. */
export function residentMbOfLiving(pid: number | undefined): number {
  const mb = residentMb(pid ?? 0);
  if (mb === 0) throw new Error(`process ${pid} tells of no memory: it has ended, or this is not Linux`);
  return mb;
}

/** Seconds of processor time by thread name; threads of one name together, the process's first thread as `main`. */
export function cpuByThread(pid: number): Record<string, number> {
  const seconds: Record<string, number> = {};
  let tasks: string[] = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return seconds;
  }
  for (const task of tasks) {
    const stat = read(`/proc/${pid}/task/${task}/stat`);
    const name = task === String(pid) ? 'main' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    seconds[name] = (seconds[name] ?? 0) + timesOf(stat);
  }
  return seconds;
}

/** Samples a process's memory until stopped; `peak` and the samples in MB. */
export function watchMemory(pid: number, everyMs = 250): { stop(): { peak: number; samples: number[] } } {
  const samples: number[] = [residentMb(pid)];
  const timer = setInterval(() => samples.push(residentMb(pid)), everyMs);
  return {
    stop() {
      clearInterval(timer);
      return { peak: Math.max(...samples), samples };
    },
  };
}
