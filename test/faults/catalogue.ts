import type { Scenario } from './scenario.ts';
import { disk } from './scenarios/disk.ts';
import { fileThreads } from './scenarios/file-threads.ts';
import { kafka } from './scenarios/kafka.ts';
import { kill } from './scenarios/kill.ts';
import { poison } from './scenarios/poison.ts';
import { pools } from './scenarios/pools.ts';
import { postgres } from './scenarios/postgres.ts';
import { time } from './scenarios/time.ts';
import { worker } from './scenarios/worker.ts';

/** Every fault that is played. */
export const SCENARIOS: readonly Scenario[] = [...kill, ...worker, ...fileThreads, ...kafka, ...postgres, ...disk, ...time, ...pools, ...poison];
