import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hmacSha256 } from '../../adapters/_graph/hmac-sha256.ts';
import { createAdapters } from '../../adapters/index.ts';
import { channelInput } from '../../src/api/channel-registry.ts';
import { apiOperations } from '../../src/api/operations.ts';
import { toRecord } from '../../src/broker/to-record.ts';
import { createIngest } from '../../src/inbound/create-ingest.ts';
import { verifiedRequest } from '../../src/inbound/journalled-request.ts';
import { JournalFiles } from '../../src/journal/journal-files.ts';
import type { JournalRecord, JournalRow } from '../../src/journal/port.ts';
import { buildKeyring } from '../../src/secrets/keyring.ts';
import { readLog } from '../../src/store/read-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { INGEST_SETTINGS } from '../support/ingest-settings.ts';
import { bodyOf, fill, type Load, newRequest, phoneNumberId, SECRET, signAll } from './load.ts';

/** Processor time of each stage by itself, on the bodies of the load, in a process of its own: `stage-costs.ts COUNT`. Answers microseconds a message. */
const count = Number(process.argv[2] ?? 20_000);
const GROUP = 32;
const load: Load = { first: 0, count, senders: 2000, channels: 1, epoch: Math.floor(Date.now() / 1000) - 6 * 3600 };
const masterKey = Buffer.alloc(32, 7);
const { keyId, channels } = (() => {
  const config = {
    id: 'ch_0',
    type: 'whatsapp' as const,
    provider: 'meta' as const,
    tenant: 'acme',
    name: 'bench',
    address: '+15550000000',
    account: phoneNumberId(0),
    businessAccount: '118200000000777',
    managed: 'file' as const,
    secrets: [SECRET],
    verifyTokens: ['v'],
    credentials: { accessToken: 'token' },
    settings: {},
  };
  const ring = buildKeyring(masterKey, [config]);
  return { keyId: ring.shared.meta.secrets[0]?.id ?? '', channels: [channelInput(masterKey, config)] };
})();

const dir = mkdtempSync(join(tmpdir(), 'parlance-stages-'));
const costs: Record<string, number> = {};
function cost(stage: string, work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  costs[stage] = (user + system) / count;
}

const signatures = signAll(load);
const request = newRequest();
const records: JournalRecord[] = Array.from({ length: count }, (_, i) => {
  fill(request, load, signatures, i);
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signatures.toString('latin1', i * 64, i * 64 + 64)}`, 'user-agent': 'facebookexternalua' };
  return {
    receivedAt: Date.now(),
    method: 'POST',
    url: '/webhooks/whatsapp',
    headers,
    body: Buffer.from(bodyOf(request)),
    keyId,
    endpoint: 'whatsapp',
    channel: null,
    origin: 'webhook',
  };
});

const key = { id: keyId, secret: SECRET };
cost('hmac', () => {
  for (const r of records) hmacSha256(key, r.body);
});
const files = new JournalFiles({ dir: join(dir, 'journal'), retentionDays: 8, maxBytes: 1e12, synchronous: 'FULL' });
cost('journal', () => {
  for (let i = 0; i < count; i += GROUP) files.append(records.slice(i, i + GROUP), Date.now());
});
const adapters = createAdapters();
const meta = adapters.webhooks('meta');
cost('normalise', () => {
  for (const [i, r] of records.entries()) meta?.normalize(verifiedRequest({ ...r, offset: i + 1 } as JournalRow, 'http://127.0.0.1'));
});
const store = join(dir, 'store.sqlite');
const writer = openSqliteWriter(store);
await writer.transaction((tx) => apiOperations.syncFileChannels(tx, { channels, nowMs: Date.now() }));
const ingest = createIngest({
  journalId: 'bench',
  dataDir: dir,
  ...INGEST_SETTINGS,
  adapters,
  httpBusy: () => false,
  log: (_level, message) => {
    throw new Error(message);
  },
});
const before = process.cpuUsage();
const began = performance.now();
for (let left = true; left; ) {
  const { taken } = await writer.transaction((tx) => ingest.batch(tx));
  ingest.committed();
  left = taken > 0;
}
const seconds = (performance.now() - began) / 1000;
const used = process.cpuUsage(before);
costs.store = (used.user + used.system) / count - (costs.normalise ?? 0);
const readers = openSqliteReaders(store, { count: 1 });
const relayed = process.cpuUsage();
let sent = 0;
for (let after = 0; ; ) {
  const rows = await readLog(readers.read, { after, limit: 500 });
  const last = rows.at(-1);
  if (!last) break;
  sent += rows.length;
  gzipSync(rows.map((r) => toRecord(r, 'parlance.').value).join(''));
  after = last.off;
}
const { user, system } = process.cpuUsage(relayed);
costs.relay = (user + system) / count;
await readers.close();
await writer.close();
ingest.close();
files.close();
rmSync(dir, { recursive: true, force: true });
if (sent !== count) throw new Error(`${sent} of ${count} messages became events`);
const answer = { costs, storePerSecond: count / seconds };
if (process.send) process.send(answer, () => process.exit(0));
else process.stdout.write(`${JSON.stringify(answer)}\n`);
