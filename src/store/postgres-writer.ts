import { type CompiledQuery, type DatabaseConnection, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import { GatewayError } from '../gateway-error.ts';
import { fillSeenPostgres, SEEN_NAMES_MESSAGES } from './fill-seen.ts';
import { migrationsFrom, SCHEMA_VERSION } from './migrations.ts';
import { numberEvents } from './number-events.ts';
import type { Tx } from './port.ts';
import type { Database } from './tables.ts';
import type { Writer } from './writer.ts';

/** BIGINT as a JavaScript number: none of ours passes 2^53. */
export const postgresTypes = { getTypeParser: (oid: number, format?: string) => (oid === 20 ? (value: string) => Number(value) : pg.types.getTypeParser(oid, format as 'text')) };

const ADVISORY = { migrate: 7_261_001, number: 7_261_002, write: 7_261_003 } as const;
const RETRY = new Set(['40001', '40P01']);
const MAX_TRIES = 10;

function createTx(client: pg.Client): Tx {
  const names = new Map<string, string>();
  const query = async (sql: string, params: readonly unknown[]) => {
    let name = names.get(sql);
    if (!name) {
      name = `p${names.size}`;
      names.set(sql, name);
    }
    return client.query({ name, text: sql, values: params as unknown[] });
  };
  const connection: DatabaseConnection = {
    async executeQuery<R>(compiled: CompiledQuery) {
      const result = await client.query({ text: compiled.sql, values: [...compiled.parameters] });
      return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    },
    // biome-ignore lint/correctness/useYield: Kysely asks for the member; streaming is not used
    async *streamQuery() {
      throw new Error('streaming is not supported');
    },
  };
  const none = async () => {};
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => ({
        init: none,
        acquireConnection: async () => connection,
        beginTransaction: none,
        commitTransaction: none,
        rollbackTransaction: none,
        releaseConnection: none,
        destroy: none,
      }),
      createIntrospector: (k: Kysely<unknown>) => new PostgresIntrospector(k),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  let depth = 0;
  return {
    kind: 'postgres',
    db,
    all: async <T>(sql: string, params: readonly unknown[] = []) => (await query(sql, params)).rows as T[],
    run: async (sql, params = []) => (await query(sql, params)).rowCount ?? 0,
    newest: async (subject) =>
      (await query('SELECT last_off FROM seqs WHERE subject = $1 AND last_off IS NOT NULL', [subject])).rows.map((row) => (row as { last_off: number }).last_off),
    async savepoint(work) {
      const name = `s${++depth}`;
      await client.query(`SAVEPOINT ${name}`);
      try {
        const result = await work();
        await client.query(`RELEASE SAVEPOINT ${name}`);
        return result;
      } catch (error) {
        // A transaction that must be retried as a whole (deadlock) or whose connection is gone cannot go on here.
        if (!RETRY.has((error as { code?: string }).code ?? '')) await client.query(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
        throw error;
      } finally {
        depth--;
      }
    },
  };
}

async function migrate(client: pg.Client): Promise<void> {
  await client.query('BEGIN');
  await client.query('SET LOCAL statement_timeout = 0'); // millions of rows may have to be copied, and a start that is cut each time would never end
  await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY.migrate]);
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)');
  const version = Number((await client.query('SELECT coalesce(max(version), 0) AS v FROM schema_version')).rows[0]?.v ?? 0);
  if (version > SCHEMA_VERSION)
    throw new GatewayError('store_unavailable', `The store is of schema ${version}, newer than this program's ${SCHEMA_VERSION}; start the newer version.`);
  if (version < SCHEMA_VERSION) {
    for (const statement of migrationsFrom(version, 'postgres')) await client.query(statement);
    if (version < SEEN_NAMES_MESSAGES) await fillSeenPostgres(client);
    await client.query('INSERT INTO schema_version (version) VALUES ($1)', [SCHEMA_VERSION]);
  }
  await client.query('COMMIT');
}

/** The writer on PostgreSQL: one connection, made anew when it is lost. `migrations: false` for further writers of the same process. */
export async function openPostgresWriter(url: string): Promise<Writer> {
  let live: { client: pg.Client; tx: Tx } | null = null;
  async function connection(): Promise<{ client: pg.Client; tx: Tx }> {
    if (live) return live;
    const client = new pg.Client({ connectionString: url, types: postgresTypes, connectionTimeoutMillis: 3000, keepAlive: true, application_name: 'parlance-writer' });
    client.on('error', () => {
      if (live?.client === client) live = null;
    });
    await client.connect();
    await client.query('SET statement_timeout = 30000; SET idle_in_transaction_session_timeout = 60000');
    live = { client, tx: createTx(client) };
    return live;
  }
  /** Writers hold one lock shared; after a deadlock the transaction is run again with it held alone, so it can not lose twice. */
  async function once<T>(work: (tx: Tx) => Promise<T>, alone: boolean): Promise<T> {
    const { client, tx } = await connection();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT pg_advisory_xact_lock${alone ? '' : '_shared'}(${ADVISORY.write})`);
      const result = await work(tx);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      try {
        await client.query('ROLLBACK');
      } catch {
        live = null;
        client.end().catch(() => {}); // the connection is gone already
      }
      throw error;
    }
  }
  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work, attempt > 1);
      } catch (error) {
        if (!RETRY.has((error as { code?: string }).code ?? '') || attempt === MAX_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
      }
    }
  }
  await migrate((await connection()).client);
  return {
    kind: 'postgres',
    transaction,
    async number() {
      for (;;) {
        const { last, more } = await transaction(async (tx) => {
          await tx.run('SELECT pg_advisory_xact_lock($1)', [ADVISORY.number]);
          return numberEvents(tx);
        });
        if (!more) return last;
      }
    },
    async close() {
      await live?.client.end();
      live = null;
    },
  };
}
