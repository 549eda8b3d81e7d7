import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Adapters, WebhookAdapter } from '../../adapters/contract.ts';
import type { Fact } from '../../adapters/facts.ts';
import { createAdapters } from '../../adapters/index.ts';
import { channelInput } from '../../src/api/channel-registry.ts';
import { apiOperations } from '../../src/api/operations.ts';
import { createIngest } from '../../src/inbound/create-ingest.ts';
import { JournalFiles } from '../../src/journal/journal-files.ts';
import { buildKeyring } from '../../src/secrets/keyring.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { createWriterLoop } from '../../src/store/writer-loop.ts';
import { text, until, webhook } from '../support/gateway.ts';

const NUMBER = '207700000000123';
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

/** The real adapters, but a body with the word POISON ends, after its elements, in one that throws in the midst of the store's work. */
function poisoned(): Adapters {
  const real = createAdapters();
  const normalize: WebhookAdapter['normalize'] = (request) => {
    const adapter = real.webhooks('meta') as WebhookAdapter;
    const found = adapter.normalize(request);
    if (!request.body.includes('POISON')) return found;
    const [first] = found.facts;
    const bad = { ...(first as Fact), idParts: ['bad'] };
    Object.defineProperty(bad, 'body', {
      get: () => {
        throw new Error('poison');
      },
    });
    return { ...found, facts: [...found.facts, bad] };
  };
  return { ...real, webhooks: (provider) => ({ ...(real.webhooks(provider) as WebhookAdapter), normalize }) };
}

test('a body that fails costs only itself: its own writes are undone, it is parked with its bytes, what stands around it comes out once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-poison-'));
  const files = new JournalFiles({ dir: join(dir, 'journal'), retentionDays: 8, maxBytes: 1e9, synchronous: 'FULL' });
  const bodies = ['one', 'two', 'POISON', 'three', 'POISON', 'four'].map((word, i) => JSON.stringify(webhook(NUMBER, { messages: [text('447700900101', `wamid.${word}${i}`)] })));
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
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  await writer.transaction((tx) => apiOperations.syncFileChannels(tx, { channels: [channelInput(masterKey, config)], nowMs: Date.now() }));
  const faults: string[] = [];
  const logged: string[] = [];
  const ingest = createIngest({
    journalId: 'poison',
    dataDir: dir,
    publicUrl: 'http://127.0.0.1',
    mediaLinkDays: 7,
    mediaKey: Buffer.alloc(32),
    retention: { eventDays: 30, messageDays: 90, exchangeDays: 14, idempotencyDays: 7 },
    adapters: poisoned(),
    log: (_level, message) => logged.push(message),
  });
  let processed = 0;
  const onProcessed = (offset: number) => {
    processed = offset;
  };
  const loop = createWriterLoop({ writer, ingest, wantsNews: () => {}, onEvents: () => {}, onProcessed, onFault: (message) => faults.push(message) });
  loop.begin();
  const running = loop.run();
  await until('all six bodies', async () => processed === 6);
  await loop.stop();
  await running;
  ingest.close();
  await writer.close();
  files.close();
  const db = new DatabaseSync(join(dir, 'store.sqlite'), { readOnly: true });
  expect(db.prepare("SELECT json_extract(body, '$.data.message.platformId') AS id, seq FROM events WHERE type = 'message.received' ORDER BY off").all()).toMatchObject(
    ['wamid.one0', 'wamid.two1', 'wamid.three3', 'wamid.four5'].map((id, i) => ({ id, seq: i + 1 })),
  );
  expect(db.prepare("SELECT count(*) AS n FROM events WHERE type = 'webhook.rejected'").get()).toMatchObject({ n: 2 });
  expect(db.prepare('SELECT count(*) AS n FROM messages').get()).toMatchObject({ n: 4 });
  expect(db.prepare("SELECT term, n FROM ledger WHERE channel = 'ch_wa' ORDER BY term").all()).toMatchObject([
    { term: 'elements', n: 4 },
    { term: 'published', n: 4 },
  ]);
  expect(db.prepare('SELECT split FROM journal_cursors').get()).toMatchObject({ split: 6 });
  expect([faults, logged.length]).toEqual([[], 2]);
  db.close();
  rmSync(dir, { recursive: true, force: true });
});
