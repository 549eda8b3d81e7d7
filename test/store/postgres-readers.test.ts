import { sql } from 'kysely';
import pg from 'pg';
import { openPostgresReaders } from '../../src/store/postgres-readers.ts';
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
        await other.query('SELECT pg_terminate_backend($1)', [await pidOf(db)]);
        await other.end();
        await new Promise((resolve) => setTimeout(resolve, 300)); // its 'error' comes now; unheard, it fails this test
      });
      expect(await pidOf(read)).toBeGreaterThan(0);
    } finally {
      await close();
    }
  });
});
