import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Adapters } from '../../adapters/contract.ts';
import { channelInput } from '../../src/api/channel-registry.ts';
import { apiOperations } from '../../src/api/operations.ts';
import { createIngest } from '../../src/inbound/create-ingest.ts';
import { JournalFiles } from '../../src/journal/journal-files.ts';
import { buildKeyring } from '../../src/secrets/keyring.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { createWriterLoop } from '../../src/store/writer-loop.ts';
import { until } from './gateway.ts';
import { INGEST_SETTINGS } from './ingest-settings.ts';

export const NUMBER = '207700000000123';
const masterKey = Buffer.alloc(32, 7);
const config = {
  id: 'ch_wa',
  type: 'whatsapp' as const,
  provider: 'meta' as const,
  tenant: 'acme',
  name: null,
  address: null,
  account: NUMBER,
  businessAccount: null,
  managed: 'file' as const,
  secrets: ['s'],
  verifyTokens: ['v'],
  credentials: { accessToken: 't' },
  settings: {},
};
const keyId = buildKeyring(masterKey, [config]).shared.meta.secrets[0]?.id ?? '';

/**
 * Runs these bodies through a journal, the ingest and a store of its own in this thread, until all are through; `wrap` puts a faulty
 * writer before the store's. Then `look` may read the store.
 */
export async function ingestAll(
  { bodies, adapters, wrap = (writer) => writer, ms }: { bodies: readonly string[]; adapters: Adapters; wrap?: (writer: Writer) => Writer; ms?: number },
  look: (found: { db: DatabaseSync; faults: readonly string[]; logged: readonly string[] }) => void,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-ingest-'));
  const files = new JournalFiles({ dir: join(dir, 'journal'), retentionDays: 8, maxBytes: 1e9, synchronous: 'FULL' });
  const record = (body: string) => ({
    receivedAt: Date.now(),
    method: 'POST',
    url: '/webhooks/whatsapp',
    headers: {},
    body: Buffer.from(body),
    keyId,
    endpoint: 'whatsapp',
    channel: null,
    origin: 'webhook' as const,
  });
  files.append(bodies.map(record), Date.now());
  const path = join(dir, 'store.sqlite');
  const writer = openSqliteWriter(path);
  await writer.transaction((tx) => apiOperations.syncFileChannels(tx, { channels: [channelInput(masterKey, config)], nowMs: Date.now() }));
  const [faults, logged]: [string[], string[]] = [[], []];
  const ingest = createIngest({
    journalId: 'test',
    dataDir: dir,
    ...INGEST_SETTINGS,
    adapters,
    httpBusy: () => false,
    log: (_level, message) => logged.push(message),
  });
  let processed = 0;
  const onProcessed = (offset: number) => {
    processed = offset;
  };
  const loop = createWriterLoop({ writer: wrap(writer), ingest, wantsNews: () => {}, onEvents: () => {}, onProcessed, onFault: (message) => faults.push(message) });
  loop.begin();
  const running = loop.run();
  try {
    await until(`all ${bodies.length} bodies`, async () => processed === bodies.length, ms);
  } finally {
    await loop.stop();
    await running;
    ingest.close();
    await writer.close();
    files.close();
    const db = new DatabaseSync(path, { readOnly: true });
    look({ db, faults, logged });
    db.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
