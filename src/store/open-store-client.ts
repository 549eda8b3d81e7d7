import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { createPendingOperations } from './pending-operations.ts';
import type { LogStore } from './port.ts';
import { openPostgresReaders } from './postgres-readers.ts';
import { lastOffset, readLog } from './read-log.ts';
import { openSqliteHere } from './sqlite-here.ts';
import type { ClientAnswer } from './worker-protocol.ts';

export interface StoreClientOptions {
  /** From `connect()` of the opened store. */
  readonly port: MessagePort;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  onFault(stack: string): void;
}
const CONNECTIONS = 2;

/** The store as another thread uses it, once it is there: changes go to the store's thread, queries are made here. */
export function openStoreClient({ port, dataDir, databaseUrl, onFault }: StoreClientOptions): LogStore & { close(): Promise<void> } {
  const { read, close } = databaseUrl ? openPostgresReaders(databaseUrl, CONNECTIONS) : openSqliteHere(join(dataDir, 'store.sqlite'));
  const listeners = new Set<(last: number) => void>();
  const pending = createPendingOperations({ post: (request) => port.postMessage(request), onFault, patience: () => null });
  port.on('message', (answer: ClientAnswer) => {
    if (answer.type === 'result') pending.settle(answer);
    else for (const listener of listeners) listener(answer.last);
  });
  port.on('close', () => pending.fail('The store thread has ended.'));
  return {
    read,
    write: pending.write,
    readLog: (query) => readLog(read, query),
    lastOffset: () => lastOffset(read),
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      port.close();
      await close();
    },
  };
}
