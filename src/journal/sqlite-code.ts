/** SQLite's primary result code of an error (5 busy, 10 I/O, 13 full, …); 0: it is none of SQLite's. */
export const sqliteCode = (error: unknown): number => {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : 0;
};
