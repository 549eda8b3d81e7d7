import { sql } from 'kysely';
import pg from 'pg';
import { openPostgresReaders } from '../../src/store/postgres-readers.ts';
import { until } from '../support/gateway.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../support/postgres.ts';

postgresSuite('readers on PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.end());

  test('a connection cut while it is lent out, between two queries, ends no process; the next query opens another', async () => {
    const { read, close } = openPostgresReaders(server.url);
    const pidOf = async (db: typeof read) => (await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db)).rows[0]?.pid;
    try {
      await read.connection().execute(async (db) => {
        const other = new pg.Client({ connectionString: server.url });
        await other.connect();
        const pid = await pidOf(db);
        await other.query('SELECT pg_terminate_backend($1)', [pid]);
        await until('it is gone', async () => (await other.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 0);
        await other.end();
        await new Promise((resolve) => setTimeout(resolve, 300)); // its 'error' comes now; unheard, it fails this test
        await new Promise((resolve) => setImmediate(resolve)); // where this thread slept that long: what came meanwhile
      });
      expect(await pidOf(read)).toBeGreaterThan(0);
    } finally {
      await close();
    }
  });
});
