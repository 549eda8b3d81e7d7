import { setPriority } from 'node:os';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createAdapters } from '../../adapters/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { continueIds } from '../id.ts';
import { createIngest } from '../inbound/create-ingest.ts';
import { createMediaLinks } from '../inbound/media-links.ts';
import { createJournalReader } from '../journal/journal-reader.ts';
import { isHttpBusy } from './http-busy.ts';
import { createOperations } from './operations.ts';
import { openPostgresWriter } from './postgres-writer.ts';
import { BEHIND_ACKNOWLEDGEMENTS } from './priority.ts';
import { openSqliteWriter } from './sqlite-writer.ts';
import type { ClientAnswer, OperationRequest, OperationResult, PlainError, StoreAnswer, StoreRequest, StoreWorkerData } from './worker-protocol.ts';
import { isConnectionFault, type Writer } from './writer.ts';
import { createWriterLoop, type QueuedOperation } from './writer-loop.ts';

/** The store's thread: the only writer. Runs operations of the main thread and the ingest, in turn. */
const port = parentPort;
if (!port) throw new Error('store-worker runs in a worker thread');
const data = workerData as StoreWorkerData;
const tell = (answer: StoreAnswer) => port.postMessage(answer);
if (process.platform === 'linux') setPriority(0, BEHIND_ACKNOWLEDGEMENTS);
const beat = setInterval(() => tell({ type: 'beat' }), 1000);

/** Messages of a conversation go out in the order of their ids, so ours follow the last one there, whatever the clock says. */
async function goOn(opened: Writer): Promise<Writer> {
  const [last] = await opened.transaction((tx) => tx.all<{ id: string | null }>('SELECT max(id) AS id FROM messages'));
  if (last?.id) continueIds(last.id);
  return opened;
}
/** Connects and migrates; away, it is tried again until it is there. */
async function openWriter(): Promise<Writer> {
  if (!data.databaseUrl) return goOn(openSqliteWriter(join(data.dataDir, 'store.sqlite'), { onMigrate: (from, to) => tell({ type: 'migrating', from, to }) }));
  for (let wait = 200; ; wait = Math.min(wait * 2, 3000)) {
    try {
      return await goOn(await openPostgresWriter(data.databaseUrl));
    } catch (error) {
      if (!isConnectionFault(error)) throw error;
      tell({ type: 'waiting', reason: (error as Error).message || (error as { code?: string }).code || 'not reachable' });
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function plain(error: unknown): PlainError {
  if (error instanceof GatewayError) return { code: error.code, message: error.message, pointer: error.pointer };
  if (isConnectionFault(error)) return { code: 'store_unavailable', message: 'The store is not reachable.' };
  return { code: 'internal', message: 'The operation failed.', stack: error instanceof Error ? error.stack : String(error) };
}

const early: StoreRequest[] = [];
port.on('message', (request: StoreRequest) => early.push(request));
const writer = await openWriter();
const adapters = createAdapters();
const links = createMediaLinks({ publicUrl: data.ingest.publicUrl, key: data.ingest.mediaKey, days: data.ingest.mediaLinkDays });
const operations = createOperations({
  adapters,
  reader: createJournalReader(data.ingest.dataDir),
  journalId: data.ingest.journalId,
  publicUrl: data.ingest.publicUrl,
  outbound: data.outbound,
  media: data.media,
  mediaLinkDays: data.ingest.mediaLinkDays,
  mediaUrl: links.make,
});
const ingest = createIngest({
  ...data.ingest,
  adapters,
  httpBusy: () => isHttpBusy(data.httpBusy),
  log: (level, message, detail) => tell({ type: 'log', level, message, ...(detail === undefined ? {} : { detail }) }),
});
const clients = new Set<MessagePort>();
const loop = createWriterLoop({
  writer,
  ingest,
  wantsNews: () => Atomics.store(data.news, 0, 1),
  onEvents(last) {
    tell({ type: 'events', last });
    for (const client of clients) client.postMessage({ type: 'events', last } satisfies ClientAnswer);
  },
  onProcessed: (offset, inbound) => tell({ type: 'processed', offset, inbound }),
  onFault: (message, error) => tell({ type: 'log', level: 'error', message, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
});

function take(request: StoreRequest): void {
  if (request.type === 'journal') loop.wake();
  else if (request.type === 'begin') loop.begin();
  else if (request.type === 'close') void shut();
  else if (request.type === 'client') serve(request.port);
  else if (request.type === 'operations') for (const one of request.list) loop.enqueue(queued(one, answerTogether));
  else loop.enqueue(queued(request, answerTogether));
}
/** A transaction settles all of its operations at once: they go back together. */
let results: OperationResult[] = [];
function answerTogether(result: OperationResult): void {
  if (results.push(result) > 1) return;
  queueMicrotask(() => {
    tell({ type: 'results', list: results });
    results = [];
  });
}
function serve(client: MessagePort): void {
  clients.add(client);
  client.on('message', (request: OperationRequest) => loop.enqueue(queued(request, (answer) => client.postMessage(answer satisfies ClientAnswer))));
  client.on('close', () => clients.delete(client));
}
function queued(request: OperationRequest, answer: (result: OperationResult) => void): QueuedOperation {
  const operation = (operations as unknown as Readonly<Record<string, QueuedOperation['run'] | undefined>>)[request.name];
  return {
    run: operation ?? (() => Promise.reject(new GatewayError('internal', `no operation ${request.name}`))),
    args: request.args,
    deadline: performance.now() + 5000,
    resolve: (value) => answer({ type: 'result', id: request.id, value }),
    reject: (error) => answer({ type: 'result', id: request.id, error: plain(error) }),
  };
}
async function shut(): Promise<void> {
  await loop.stop();
  ingest.close();
  await writer.close();
  clearInterval(beat);
  for (const client of clients) client.close();
  tell({ type: 'closed' });
  port?.close();
}

port.removeAllListeners('message');
port.on('message', take);
tell({ type: 'ready' });
for (const request of early) take(request);
void loop.run();
