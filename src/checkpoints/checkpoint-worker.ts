import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { listFiles } from '../journal/journal-files.ts';
import { BEFORE_THE_STORE } from '../store/priority.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { CheckpointerData } from './open-checkpointer.ts';
import { WAL_PAGES } from './wal-pages.ts';

/** The thread of the checkpoints: of the store's file, and of the journal file that is being written. */
const port = parentPort;
if (!port) throw new Error('checkpoint-worker runs in a worker thread');
const { journalDir, storePath } = workerData as CheckpointerData;
if (process.platform === 'linux') setPriority(0, BEFORE_THE_STORE);
const LOOK_MS = { least: 50, most: 1000 };

const store = storePath === null ? null : openCheckpoint(storePath, WAL_PAGES.store);
const journal: { name: string; checkpoint: Checkpoint | null } = { name: '', checkpoint: null };
/** The newest file once it has a log; the one before has got its last record and is the readers' alone. */
function journalCheckpoint(): Checkpoint | null {
  const newest = listFiles(journalDir).at(-1);
  if (newest && newest.name !== journal.name && existsSync(join(journalDir, `${newest.name}-wal`))) {
    journal.checkpoint?.close();
    Object.assign(journal, { name: newest.name, checkpoint: openCheckpoint(join(journalDir, newest.name), WAL_PAGES.journal) });
  }
  return journal.checkpoint;
}
let timer: NodeJS.Timeout | undefined;
/** Often while something is written, now and then where nothing is. */
function look(restMs: number): void {
  const grown = [store?.look(), journalCheckpoint()?.look()].includes(true);
  const next = grown ? LOOK_MS.least : Math.min(restMs * 2, LOOK_MS.most);
  timer = setTimeout(look, next, next);
}
look(LOOK_MS.least);
port.once('message', () => {
  clearTimeout(timer);
  store?.close();
  journal.checkpoint?.close();
  port.close();
});
