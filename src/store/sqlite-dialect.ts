import { type CompiledQuery, type DatabaseConnection, type Dialect, type Kysely, type QueryResult, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';

/** Kysely over anything that runs one compiled SQLite query: the writer's connection, or a reader's thread. Transactions are not its matter. */
export function sqliteDialect(execute: (query: CompiledQuery) => Promise<QueryResult<unknown>>): Dialect {
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) => execute(query) as Promise<QueryResult<R>>,
    // biome-ignore lint/correctness/useYield: Kysely asks for the member; streaming is not used
    async *streamQuery() {
      throw new Error('streaming is not supported');
    },
  };
  const refuse = async () => {
    throw new Error('transactions are begun by the writer');
  };
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: refuse,
      commitTransaction: refuse,
      rollbackTransaction: refuse,
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
