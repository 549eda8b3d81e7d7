import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { postgresTypes } from './postgres-writer.ts';
import type { Database } from './tables.ts';

/** Connections for queries only, made anew as they are lost. */
export function openPostgresReaders(url: string, connections = 8): { read: Kysely<Database>; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: url,
    types: postgresTypes,
    max: connections,
    connectionTimeoutMillis: 3000,
    statement_timeout: 30_000,
    application_name: 'parlance-reader',
  });
  pool.on('error', () => {}); // an idle connection that the server closed; the next query opens another
  // One that is lent out has no listener of the pool's, and an 'error' that nobody hears ends the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  const read = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { read, close: () => read.destroy() };
}
