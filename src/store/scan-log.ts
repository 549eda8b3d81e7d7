import type { LogQuery, LogRow, Store } from './port.ts';

/** So many offsets are looked through at a time, so that a reader's thread is not held up where few of many events are asked for. */
const WINDOW = 20_000;

/**
 * A page of the log, and how far it was looked through (`reached`): what a filter passes over is read once, if the next page begins
 * there, and not again with every event of others. A page is short only at the end of the log.
 */
export async function scanLog(
  store: Pick<Store, 'read' | 'readLog' | 'lastOffset'>,
  query: LogQuery,
  { signal, window = WINDOW }: { signal?: AbortSignal; window?: number } = {},
): Promise<{ rows: LogRow[]; reached: number }> {
  if (query.tenant === undefined && !query.topics && !query.types) {
    const rows = await store.readLog(query);
    return { rows, reached: rows.at(-1)?.off ?? query.after };
  }
  const last = await store.lastOffset();
  if (query.after >= last) return { rows: [], reached: query.after };
  const rows: LogRow[] = [];
  let reached = query.after;
  if (last - reached > window) {
    const next = await store.read.selectFrom('events').select('off').where('off', '>', reached).orderBy('off').limit(1).executeTakeFirst();
    reached = Math.max(reached, Number(next?.off ?? 1) - 1); // past what was dropped after its days
  }
  while (reached < last && rows.length < query.limit && !signal?.aborted) {
    const upTo = Math.min(reached + window, last);
    const wanted = query.limit - rows.length;
    const some = await store.readLog({ ...query, after: reached, upTo, limit: wanted });
    rows.push(...some);
    reached = some.length === wanted ? (some.at(-1)?.off ?? upTo) : upTo;
  }
  return { rows, reached };
}
