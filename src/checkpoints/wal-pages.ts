/**
 * Pages after which SQLite writes a write-ahead log back into its file: the longer the log, the more changes of a page are written back
 * together. The store changes a few pages with every message, the journal one.
 */
export const WAL_PAGES = { store: 16_000, journal: 4000 } as const;
