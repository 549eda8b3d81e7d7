import http from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import kafkajs from 'kafkajs';
import type { Webhook } from './load.ts';
import { isSigned, readWhole } from './read-signed.ts';

/**
 * The sketch: the least that acknowledges what is fsynced and brings it to Kafka once and in order, and nothing else of a gateway. HTTP and
 * HMAC; a thread that journals (a commit for all that waits); a thread that reads the journal, makes an event of each message, stores it
 * with its number and the key that tells a duplicate, and sends it. It does not validate, limit, meter, log, recover or reply, and knows
 * one shape of webhook: what it takes is what a gateway of this design can not go below. A GET is answered with how many bodies are not on
 * Kafka yet. `sketch.ts DIR BROKERS TOPIC`.
 */
interface Part {
  readonly role: 'journal' | 'relay';
  readonly dir: string;
  readonly brokers: string;
  readonly topic: string;
}
const BATCH = 500;
/** Batches of the relay wait so long for company. */
const COMPANY_MS = 2;

function open(dir: string, name: string): DatabaseSync {
  const db = new DatabaseSync(join(dir, name));
  db.exec('PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
  return db;
}

async function serve(): Promise<void> {
  const [dir = '', brokers = '', topic = ''] = process.argv.slice(2);
  const begin = (role: Part['role']) =>
    new Promise<Worker>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { role, dir, brokers, topic } satisfies Part, execArgv: [], name: role });
      worker.once('message', () => resolve(worker));
      worker.once('error', reject);
    });
  const journal = await begin('journal');
  const relay = await begin('relay');
  let waiting: { readonly body: Uint8Array; readonly answer: () => void }[] = [];
  let committing: typeof waiting = [];
  const commit = (): void => {
    if (committing.length || !waiting.length) return;
    committing = waiting;
    waiting = [];
    journal.postMessage(committing.map((w) => w.body));
  };
  const places = { journalled: 0, published: 0 };
  relay.on('message', (published: number) => {
    places.published = published;
  });
  journal.on('message', (last: number) => {
    places.journalled = last;
    for (const { answer } of committing) answer();
    committing = [];
    relay.postMessage(last);
    commit();
  });
  const server = http.createServer((request, response) =>
    readWhole(request, (body) => {
      const answer = (status: number, text: string) => {
        response.writeHead(status, { 'content-length': text.length });
        response.end(text);
      };
      if (request.method === 'GET') return answer(200, String(places.journalled - places.published));
      if (!isSigned(request, body)) return answer(401, 'no');
      if (waiting.push({ body: new Uint8Array(body), answer: () => answer(200, 'ok') }) === 1) setImmediate(commit);
    }),
  );
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
  process.on('disconnect', () => process.exit(0));
}

function keepJournal({ dir }: Part): void {
  const db = open(dir, 'journal.sqlite');
  db.exec('CREATE TABLE bodies (off INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL)');
  const [begin, insert, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('INSERT INTO bodies (at, body) VALUES (?, ?)'), db.prepare('COMMIT')];
  let last = 0;
  parentPort?.on('message', (bodies: readonly Uint8Array[]) => {
    const now = Date.now();
    begin.run();
    for (const body of bodies) insert.run(now, body);
    commit.run();
    last += bodies.length;
    parentPort?.postMessage(last);
  });
  parentPort?.postMessage(last);
}

function openStore(dir: string) {
  const db = open(dir, 'store.sqlite');
  db.exec(`CREATE TABLE events (off INTEGER PRIMARY KEY, conversation TEXT NOT NULL, seq INTEGER NOT NULL, value TEXT NOT NULL);
    CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE conversations (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE places (name TEXT PRIMARY KEY, off INTEGER NOT NULL);
    INSERT INTO places VALUES ('stored', 0), ('published', 0)`);
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    see: db.prepare('INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING'),
    number: db.prepare('INSERT INTO conversations VALUES (?, 1) ON CONFLICT DO UPDATE SET seq = seq + 1 RETURNING seq'),
    append: db.prepare('INSERT INTO events (conversation, seq, value) VALUES (?, ?, ?)'),
    place: db.prepare('UPDATE places SET off = ? WHERE name = ?'),
    commit: db.prepare('COMMIT'),
  };
}
async function relay({ dir, brokers, topic }: Part): Promise<void> {
  const read = open(dir, 'journal.sqlite').prepare(`SELECT off, at, body FROM bodies WHERE off > ? ORDER BY off LIMIT ${BATCH}`);
  const store = openStore(dir);
  const kafka = new kafkajs.Kafka({ clientId: 'sketch', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  let journalled = 0;
  let news = Promise.withResolvers<void>();
  parentPort?.on('message', (last: number) => {
    journalled = last;
    news.resolve();
  });
  parentPort?.postMessage('ready');

  /** The events of one body, stored. */
  function take(row: { off: number; at: number; body: Uint8Array }): { key: string; value: string }[] {
    const { entry } = JSON.parse(Buffer.from(row.body).toString()) as Webhook;
    return entry.flatMap(({ changes }) =>
      changes.flatMap(({ value: { metadata, contacts, messages } }) =>
        messages.flatMap((m) => {
          if (!store.see.run(m.id).changes) return [];
          const key = `${metadata.phone_number_id} ${m.from}`;
          const { seq } = store.number.get(key) as { seq: number };
          const message = { platformId: m.id, type: m.type, text: m.text.body, sentAt: m.timestamp };
          const event = { type: 'message.received', time: row.at, conversation: key, seq, contact: { name: contacts[0]?.profile.name, phone: m.from }, message, raw: row.off };
          const value = JSON.stringify(event);
          store.append.run(key, seq, value);
          return [{ key, value }];
        }),
      ),
    );
  }
  for (let [stored, published] = [0, 0]; ; ) {
    if (journalled <= stored) {
      news = Promise.withResolvers();
      await news.promise;
    }
    await new Promise((resolve) => setTimeout(resolve, COMPANY_MS));
    const rows = read.all(stored) as unknown as Parameters<typeof take>[0][];
    store.begin.run();
    const messages = rows.flatMap(take);
    stored = rows.at(-1)?.off ?? stored;
    store.place.run(stored, 'stored');
    store.place.run(published, 'published');
    store.commit.run();
    if (messages.length) await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
    published = stored;
    parentPort?.postMessage(published);
  }
}

if (isMainThread) await serve();
else if ((workerData as Part).role === 'journal') keepJournal(workerData as Part);
else await relay(workerData as Part);
