import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteQueries } from './sqlite-here.ts';

/** A reader's thread: runs one query after the other, read-only, so that a slow one never stops HTTP. */
const port = parentPort;
if (!port) throw new Error('reader-worker runs in a worker thread');
const queries = openSqliteQueries((workerData as { path: string }).path);

port.on('message', ({ id, sql, params }: { id: number; sql: string; params: readonly unknown[] }) => {
  try {
    port.postMessage({ id, rows: queries.run(sql, params) });
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message });
  }
});
port.postMessage({ id: 0, rows: [] });
