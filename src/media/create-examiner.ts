import { Worker } from 'node:worker_threads';
import type { Examination, Examined } from './examine.ts';
import type { ExamineAnswer, ExamineRequest } from './examine-worker.ts';
import { MediaFault } from './media-fault.ts';

/** Heap of the thread: no header that is read takes more than a few megabytes. */
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };
const IDLE_MS = 30_000;
const STOPPING = () => new MediaFault('later', 'The gateway is stopping.');

interface Waiting {
  readonly examination: Examination;
  resolve(value: Examined): void;
  reject(error: unknown): void;
}
/**
 * Examines files one after the other in a thread of its own. What takes longer than `timeoutMs`, or more memory than the thread has, is
 * refused and costs that thread alone; the next file gets a new one.
 */
export function createExaminer({ timeoutMs = 30_000, worker = new URL('./examine-worker.ts', import.meta.url) }: { timeoutMs?: number; worker?: URL } = {}) {
  const queue: Waiting[] = [];
  const state: { thread: Worker | null; current: Waiting | null; id: number; timer: NodeJS.Timeout | undefined; closed: boolean } = {
    thread: null,
    current: null,
    id: 0,
    timer: undefined,
    closed: false,
  };
  function end(): Promise<unknown> | undefined {
    const { thread } = state;
    state.thread = null;
    thread?.removeAllListeners();
    thread?.on('error', () => {}); // it is over
    return thread?.terminate();
  }
  function settle(use: (waiting: Waiting) => void): void {
    const { current } = state;
    clearTimeout(state.timer);
    state.current = null;
    if (current) use(current);
    if (queue.length) return next();
    state.timer = setTimeout(() => void end(), IDLE_MS).unref();
  }
  function failed(words: string): void {
    void end();
    settle((w) => w.reject(new MediaFault('refused', words)));
  }
  function start(): Worker {
    const thread = new Worker(worker, { execArgv: [], name: 'examine', resourceLimits: LIMITS });
    thread.unref();
    thread.on('message', (answer: ExamineAnswer) => {
      if (answer.id === state.id) settle((w) => ('value' in answer ? w.resolve(answer.value) : w.reject(new MediaFault(answer.kind, answer.message))));
    });
    thread.on('error', () => failed('The file can not be examined: its headers ask for too much memory.'));
    thread.on('exit', () => failed('The file can not be examined: whoever looks at it ends.'));
    return thread;
  }
  function next(): void {
    clearTimeout(state.timer);
    const waiting = queue.shift();
    if (!waiting || state.closed) return;
    state.current = waiting;
    state.thread ??= start();
    state.thread.postMessage({ ...waiting.examination, id: ++state.id } satisfies ExamineRequest);
    state.timer = setTimeout(() => failed(`The file could not be examined within ${timeoutMs / 1000} seconds.`), timeoutMs);
  }
  return {
    examine: (examination: Examination): Promise<Examined> =>
      new Promise((resolve, reject) => {
        if (state.closed) return reject(STOPPING());
        queue.push({ examination, resolve, reject });
        if (!state.current) next();
      }),
    async close(): Promise<void> {
      state.closed = true;
      clearTimeout(state.timer);
      for (const w of [...(state.current ? [state.current] : []), ...queue]) w.reject(STOPPING());
      queue.length = 0;
      state.current = null;
      await end();
    },
  };
}
export type Examiner = ReturnType<typeof createExaminer>;
