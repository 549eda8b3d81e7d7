import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** A reader's thread: runs one query after the other, read-only, so that a slow one never stops HTTP. */
const port = parentPort;
if (!port) throw new Error('reader-worker runs in a worker thread');
const db = new DatabaseSync((workerData as { path: string }).path, { readOnly: true });
db.exec('PRAGMA busy_timeout=5000; PRAGMA cache_size=-16384');
const bind = (params: readonly unknown[]) => params.map((p) => (p === undefined ? null : typeof p === 'boolean' ? Number(p) : p)) as SQLInputValue[];

port.on('message', ({ id, sql, params }: { id: number; sql: string; params: readonly unknown[] }) => {
  try {
    port.postMessage({ id, rows: db.prepare(sql.replace(/\$(\d+)/g, '?$1')).all(...bind(params)) });
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message });
  }
});
port.postMessage({ id: 0, rows: [] });
