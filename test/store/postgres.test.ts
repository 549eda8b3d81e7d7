import pg from 'pg';
import { conversationFor } from '../../src/inbound/conversations.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import { SEEN_NAMES_MESSAGES } from '../../src/store/fill-seen.ts';
import { migrationsFrom } from '../../src/store/migrations.ts';
import { openPostgresWriter } from '../../src/store/postgres-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { draft, rowsOf, storeContract } from './contract.ts';
import { deliveryLogContract } from './delivery-log-contract.ts';
import { messageChainContract } from './message-chain-contract.ts';
import { PEOPLE, PEOPLE_READ } from './people-before.ts';
import { retentionContract } from './retention-contract.ts';
import { FOUND_AGAIN, foundAgain, SEEN_BEFORE, TOLD_BEFORE } from './told-before.ts';

/** Refuses to make a table where a statement is cut after some time: a migration of millions of rows takes as long as it takes. */
const PATIENCE = `CREATE FUNCTION patience() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('statement_timeout') <> '0' THEN RAISE EXCEPTION 'cut after %', current_setting('statement_timeout'); END IF; END $$;
  CREATE EVENT TRIGGER patience ON ddl_command_start EXECUTE FUNCTION patience()`;

postgresSuite('the store on PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.end());
  let n = 0;
  async function fresh(): Promise<string> {
    const name = `t${++n}`;
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return server.url.replace(/postgres$/, name);
  }
  const opened = async () => {
    const writer = await openPostgresWriter(await fresh());
    return { writer, end: () => writer.close() };
  };
  storeContract(opened);
  retentionContract(opened);
  deliveryLogContract(opened);
  messageChainContract(opened);

  /** A database as the last version without what this text names left it. */
  async function databaseBefore(text: string, version: number): Promise<{ url: string; client: pg.Client }> {
    const url = await fresh();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const all = migrationsFrom(0, 'postgres');
    await client.query('CREATE TABLE schema_version (version BIGINT NOT NULL)');
    for (const sql of [
      ...all.slice(
        0,
        all.findIndex((s) => s.includes(text)),
      ),
      ...all.filter((s) => s.includes('events_unnumbered')),
    ])
      await client.query(sql);
    await client.query('INSERT INTO schema_version VALUES ($1)', [version]);
    return { url, client };
  }
  test('messages of a schema whose `seen` named none are found by the platform id again', async () => {
    const { url, client } = await databaseBefore('ADD COLUMN message', SEEN_NAMES_MESSAGES - 1);
    for (const sql of TOLD_BEFORE) await client.query(sql);
    for (const key of SEEN_BEFORE) await client.query('INSERT INTO seen (id) VALUES ($1)', [key]);
    await client.end();
    const writer = await openPostgresWriter(url);
    expect(await writer.transaction(async (tx) => await foundAgain(tx))).toEqual(FOUND_AGAIN);
    await writer.close();
  });

  test('conversations, contacts and aliases of the schema before their tables were made anew are as they were', async () => {
    const { url, client } = await databaseBefore('new_contacts', 20);
    for (const sql of PEOPLE) await client.query(sql);
    await client.query(PATIENCE);
    await client.end();
    const writer = await openPostgresWriter(url);
    const [contacts, conversations, aliases] = await writer.transaction((tx) => Promise.all(PEOPLE_READ.map((sql) => tx.all(sql))));
    expect(contacts).toEqual([
      { id: 'ct_1', tenant: 'acme', name: 'Ana', identities: '[{"type":"phone","value":"+44"}]', created_at: 1, erased_at: null, profile: '{"picture":"p"}', profile_at: 7 },
      { id: 'ct_2', tenant: 'acme', name: null, identities: '[]', created_at: 2, erased_at: 9, profile: null, profile_at: null },
    ]);
    expect(conversations).toMatchObject([
      { id: 'cv_1', sendable: '{"type":"phone","value":"+44"}', window_expires_at: 8, watermarks: '{"read":3}', last_message: 'ms_1', messages: 5 },
      { id: 'cv_2', moved_to: 'cv_1', messages: 0 },
    ]);
    expect(aliases).toHaveLength(4);
    await writer.close();
  });

  test("one writer's transaction is open while another commits and cursors run: nothing is skipped, no gap in seq", async () => {
    const url = await fresh();
    const [slow, quick] = [await openPostgresWriter(url), await openPostgresWriter(url)] as [Writer, Writer];
    const inserted = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const open = slow.transaction(async (tx) => {
      await appendEvents(tx, [draft('slow')], 1);
      inserted.resolve();
      await go.promise;
    });
    await inserted.promise;
    await quick.transaction((tx) => appendEvents(tx, [draft('quick 1'), draft('quick 2')], 1));
    const read = async (after: number) => (await rowsOf(quick)).filter((r) => r.off > after);
    await quick.number();
    const first = await read(0);
    expect(first.map((r) => r.seq)).toEqual([1, 2]);
    go.resolve();
    await open;
    await quick.number();
    const second = await read(first.at(-1)?.off ?? 0); // the row that was inserted first and committed last comes after
    expect(second.map((r) => [r.seq, (JSON.parse(r.body) as { data: { n: string } }).data.n])).toEqual([[3, 'slow']]);
    await slow.close();
    await quick.close();
  });

  test('4 writers on the same 50 conversations: no deadlock comes out, seq is gapless', async () => {
    const url = await fresh();
    const writers = await Promise.all([1, 2, 3, 4].map(() => openPostgresWriter(url)));
    await Promise.all(
      writers.map(async (writer, w) => {
        for (let round = 0; round < 6; round++) {
          const order = Array.from({ length: 50 }, (_, i) => (w % 2 ? i : 49 - i));
          await writer.transaction(async (tx) => {
            for (const i of order) {
              const { conversation } = await conversationFor(
                tx,
                { id: 'ch', tenant: 'acme' },
                { addresses: [{ type: 'phone', value: `+44770090${1000 + i}` }], name: `name ${w} ${round}`, nowMs: 1 },
              );
              await appendEvents(tx, [draft(`${w} ${round} ${i}`, `s${i}`)], 1);
              void conversation;
            }
          });
          await writer.number();
        }
      }),
    );
    await writers[0]?.number();
    const by = new Map<string, number[]>();
    for (const r of await rowsOf(writers[0] as Writer)) by.set(r.subject, [...(by.get(r.subject) ?? []), r.seq]);
    expect(by.size).toBe(50);
    for (const seqs of by.values()) expect(seqs).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    await Promise.all(writers.map((w) => w.close()));
  }, 90_000);

  test('the server killed and restarted: the writer goes on by itself', async () => {
    const writer = await openPostgresWriter(await fresh());
    await server.stop('SIGQUIT');
    await expect(writer.transaction((tx) => appendEvents(tx, [draft('away')], 1))).rejects.toThrow();
    await server.up();
    for (let i = 0; i < 50; i++)
      if (
        await writer
          .transaction((tx) => appendEvents(tx, [draft('back')], 1))
          .then(
            () => true,
            () => false,
          )
      )
        break;
    await writer.number();
    expect((await rowsOf(writer)).map((r) => r.seq)).toEqual([1]);
    await writer.close();
  }, 60_000);
});
