import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../support/postgres.ts';

const ONE = '207700000000123';

/** A body that the store itself refuses, among others: it is parked after five tries and costs only itself. */
async function costsOnlyItself(gateway: TestGateway): Promise<void> {
  const ids = ['wamid.P1', 'wamid.P2', 'wamid.POISON', 'wamid.P3', 'wamid.P4'];
  for (const id of ids) expect(await gateway.post(webhook(ONE, { messages: [text('447700900101', id, id === 'wamid.POISON' ? 'poison-store' : 'fine')] }))).toBe(200);
  await until('all of them', async () => (await gateway.events()).length === 5);
  const events = await gateway.events();
  expect(events.map((e) => e.data.message?.platformId ?? e.data.code)).toEqual(['wamid.P1', 'wamid.P2', 'poison', 'wamid.P3', 'wamid.P4']);
  expect(events.filter((e) => e.type === 'message.received').map((e) => e.data.seq)).toEqual([1, 2, 3, 4]);
  const { deadLetters } = (await gateway.call('/v1/dead-letters')).json as { deadLetters: { code: string }[] };
  expect(deadLetters.map((l) => l.code)).toEqual(['poison']);
}

test('a body that SQLite refuses', async () => {
  const gateway = await startGateway();
  try {
    const db = new DatabaseSync(join(gateway.dir, 'data', 'store.sqlite'));
    db.exec("PRAGMA busy_timeout=5000; CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.content LIKE '%poison-store%' BEGIN SELECT RAISE(ABORT, 'refused'); END");
    db.close();
    await costsOnlyItself(gateway);
  } finally {
    await gateway.kill();
    remove(gateway);
  }
});

postgresSuite('a body that PostgreSQL refuses', () => {
  let server: TestPostgres;
  let gateway: TestGateway;
  beforeAll(async () => {
    server = await startPostgres();
    gateway = await startGateway({ env: { DATABASE_URL: server.url } });
  }, 60_000);
  afterAll(async () => {
    await gateway?.kill();
    if (gateway) remove(gateway);
    await server?.end();
  });

  test('is parked as on SQLite, and stops nothing', async () => {
    await until('the store is there', async () => (await gateway.call('/v1/events')).status === 200);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("ALTER TABLE messages ADD CONSTRAINT refuse CHECK (content NOT LIKE '%poison-store%')");
    await client.end();
    await costsOnlyItself(gateway);
  }, 60_000);
});
