import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createAdapters } from '../../adapters/index.ts';
import { BEHIND_ACKNOWLEDGEMENTS } from '../store/priority.ts';
import { createExaminer } from './create-examiner.ts';
import { fetchFile, OtherBytes } from './fetch-file.ts';
import { MediaFault } from './media-fault.ts';
import type { MediaRequest, MediaThreadData, ThreadAnswer, ThreadRequest } from './media-thread.ts';
import { openMediaStore } from './open-media-store.ts';
import type { Staged } from './port.ts';
import { scan } from './scan.ts';

/** The media's thread: sockets, TLS, hashing and disk of everything that is fetched, apart from the thread that answers webhooks. */
const port = parentPort;
if (!port) throw new Error('media-worker runs in a worker thread');
if (process.platform === 'linux') setPriority(0, BEHIND_ACKNOWLEDGEMENTS);
const data = workerData as MediaThreadData;
const store = openMediaStore(data);
const examiner = createExaminer();
const adapters = createAdapters();
const running = new Map<number, AbortController>();
/** Fetched and examined, until the main thread says what becomes of it. */
const staged = new Map<number, Staged>();

const examined = async (file: Parameters<typeof examiner.examine>[0]) => {
  const found = await examiner.examine(file);
  if (data.scanCommand) await scan(data.scanCommand, file.path);
  return found;
};
async function run(id: number, request: MediaRequest): Promise<unknown> {
  if (request.type === 'examine') return examined(request.file);
  if (request.type === 'keep' || request.type === 'discard') {
    const file = staged.get(request.of);
    staged.delete(request.of);
    return request.type === 'keep' ? file?.keep() : file?.discard();
  }
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const { file, found } = await fetchFile(request.job, { adapters, store, examine: examined, signal: abort.signal });
    staged.set(id, file);
    return { id, key: file.key, bytes: file.bytes, sha256: file.sha256, ...found };
  } finally {
    running.delete(id);
  }
}
function plain(error: unknown): Extract<ThreadAnswer, { fault: unknown }>['fault'] {
  if (error instanceof OtherBytes) return { kind: error.kind, message: error.message, sha256: error.sha256 };
  if (error instanceof MediaFault) return { kind: error.kind, message: error.message };
  const code = (error as NodeJS.ErrnoException | null)?.code ?? (error as Error | null)?.name;
  if (code === 'ENOSPC') return { kind: 'later', message: 'There is no space left where media are kept.' };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return { kind: 'later', message: 'The connection broke off.' };
  return { kind: 'later', message: `The file could not be kept (${code ?? 'no reason given'}).` };
}
port.on('message', (request: ThreadRequest) => {
  if ('abort' in request) return void running.get(request.abort)?.abort();
  if ('close' in request) {
    for (const abort of running.values()) abort.abort();
    return void Promise.all([examiner.close(), store.close()]).finally(() => port.close());
  }
  run(request.id, request).then(
    (value) => port.postMessage({ id: request.id, value } satisfies ThreadAnswer),
    (error: unknown) => port.postMessage({ id: request.id, fault: plain(error) } satisfies ThreadAnswer),
  );
});
