import type { Store } from './store/port.ts';

/** Drives the replays that are written down, slice by slice, one after the other; those of before a restart go on. */
export function createReplayRunner({ store, log }: { store: Store; log(level: 'warn', message: string, fields: Readonly<Record<string, unknown>>): void }) {
  const state = { stopping: false };
  const running = new Map<string, Promise<void>>();
  async function drive(id: string): Promise<void> {
    while (!state.stopping) {
      try {
        if (await store.write('stepReplay', { id, nowMs: Date.now() })) return;
      } catch (error) {
        log('warn', 'a slice of a replay failed; it is tried again', { id, code: (error as { code?: string }).code });
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    }
  }
  const run = (id: string): Promise<void> => {
    const known = running.get(id);
    if (known) return known;
    const going = drive(id).finally(() => running.delete(id));
    running.set(id, going);
    return going;
  };
  return {
    run,
    async resume(): Promise<void> {
      const rows = await store.read.selectFrom('replays').select('id').where('state', '=', 'running').execute();
      for (const { id } of rows) void run(id);
    },
    async stop(): Promise<void> {
      state.stopping = true;
      await Promise.all(running.values());
    },
  };
}
