import type { InboundTimes, Ingest } from './ingest-port.ts';
import type { Tx } from './port.ts';
import { isConnectionFault, type Writer } from './writer.ts';

export interface QueuedOperation {
  run(tx: Tx, args: unknown): Promise<unknown>;
  readonly args: unknown;
  /** Monotonic ms: while the store is away an operation waits until then. */
  readonly deadline: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}
export interface WriterLoopOptions {
  readonly writer: Writer;
  readonly ingest: Ingest;
  /** From now on `wake` is to be called when the journal has more. */
  wantsNews(): void;
  onEvents(last: number): void;
  onProcessed(offset: number, inbound: InboundTimes): void;
  onFault(message: string, error: unknown): void;
}
const GROUP = 200;
const TICK_MS = 1000;
/** Where a tick did not get through what is due. */
const NEXT_TICK_MS = 100;
/** A wait for more bodies costs an event no more than so many ms. */
const COMPANY_MS = 3;
/** A batch of so many is worth its transaction. */
const ENOUGH = 64;
/**
 * How long after its begin a batch that took `tookMs` is followed by the next one, unless more is waiting: as long again as it took, since a
 * transaction costs several times what a message does, the more so on a slow machine or disk. Ms.
 */
export const apart = (tookMs: number, taken: number): number => (taken >= ENOUGH ? 0 : Math.min(2 * tookMs, COMPANY_MS));
/** How long to wait after the next failure in a row, in ms: from 50 doubling to 3000. */
const longer = (back: number): number => Math.min((back || 25) * 2, 3000);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Operations and ingest take turns, so that neither starves the other; one transaction each. */
export function createWriterLoop(options: WriterLoopOptions) {
  const { writer, ingest } = options;
  const state = { stopping: false, begun: false, journal: true, ingestAt: 0, ingestBack: 0, back: 0, tickAt: 0, told: 0 };
  let queue: QueuedOperation[] = [];
  let rouse: (() => void) | null = null;
  const wake = () => {
    rouse?.();
    rouse = null;
  };
  const tell = (back: number, error: unknown) => {
    if (back <= 100 || back === 3000) options.onFault('the writer failed; it goes on', error);
  };

  async function runOperations(): Promise<void> {
    const group = queue.slice(0, GROUP);
    queue = queue.slice(GROUP);
    const settled: (() => void)[] = [];
    try {
      await writer.transaction(async (tx) => {
        settled.length = 0; // a retried transaction begins anew
        for (const op of group) {
          try {
            const value = await tx.savepoint(() => op.run(tx, op.args));
            settled.push(() => op.resolve(value));
          } catch (error) {
            if (isConnectionFault(error) || ['40001', '40P01'].includes((error as { code?: string }).code ?? '')) throw error;
            settled.push(() => op.reject(error));
          }
        }
      });
      for (const settle of settled) settle();
    } catch (error) {
      const again = isConnectionFault(error) ? group.filter((op) => performance.now() < op.deadline && !state.stopping) : [];
      for (const op of group) if (!again.includes(op)) op.reject(error);
      queue = [...again, ...queue];
      throw error;
    }
  }
  async function runIngest(): Promise<void> {
    const began = performance.now();
    state.journal = false;
    options.wantsNews();
    try {
      const { taken, more, offset, inbound } = await writer.transaction((tx) => ingest.batch(tx));
      ingest.committed();
      state.ingestBack = 0;
      if (more) state.journal = true;
      state.ingestAt = began + apart(performance.now() - began, taken);
      if (taken) options.onProcessed(offset, inbound);
    } catch (error) {
      const again = ingest.undone(error);
      state.journal = true;
      if (again) return;
      state.ingestBack = longer(state.ingestBack); // operations go on meanwhile
      state.ingestAt = performance.now() + state.ingestBack;
      tell(state.ingestBack, error);
    }
  }
  async function announce(): Promise<void> {
    const last = await writer.number();
    if (last <= state.told) return;
    state.told = last;
    options.onEvents(last);
  }
  const ingestWaits = () => state.begun && state.journal && !state.stopping;
  async function turn(): Promise<void> {
    if (queue.length) await runOperations();
    if (ingestWaits() && performance.now() >= state.ingestAt) await runIngest();
    if (performance.now() >= state.tickAt) {
      state.tickAt = performance.now() + TICK_MS; // where it fails too
      if (await writer.transaction((tx) => ingest.tick(tx, Date.now()))) state.tickAt = performance.now() + NEXT_TICK_MS;
    }
    await announce();
  }
  async function rest(): Promise<void> {
    const wait = Math.min(state.tickAt, ingestWaits() ? state.ingestAt : Infinity) - performance.now();
    if (queue.length || wait <= 0) return new Promise((resolve) => setImmediate(resolve)); // messages of the other threads come in between
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  const finished = Promise.withResolvers<void>();

  return {
    enqueue(op: QueuedOperation): void {
      queue.push(op);
      wake();
    },
    /** The ingest may begin. */
    begin(): void {
      state.begun = true;
      wake();
    },
    /** The journal has more. */
    wake(): void {
      state.journal = true;
      wake();
    },
    async run(): Promise<void> {
      while (!state.stopping || queue.length) {
        try {
          await turn();
          state.back = 0;
        } catch (error) {
          state.back = longer(state.back);
          tell(state.back, error);
          await sleep(state.back);
        }
        await rest();
      }
      finished.resolve();
    },
    async stop(): Promise<void> {
      state.stopping = true;
      wake();
      await finished.promise;
    },
  };
}
