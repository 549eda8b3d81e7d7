import { type EventType, TOPIC_OF, TOPICS, type Topic } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { LogQuery, Store } from '../store/port.ts';
import type { Asked } from './deps.ts';

export function limitOf(text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new GatewayError('invalid_request', `limit: a whole number from 1 to ${most}`, { pointer: '/limit' });
  return Math.min(n, most);
}
/** A time that a caller wrote; NaN where it is none. What is no text is not made one: its toString may be anything. */
export const timeOf = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((s) => s.trim())
    .filter(Boolean);

/** Where to read on: `next` of the page before, an offset, `beginning` or `latest`. */
export async function afterOf(text: string | undefined, store: Store): Promise<number> {
  if (text === undefined || text === 'beginning') return 0;
  if (text === 'latest') return store.lastOffset();
  if (!/^\d{1,15}$/.test(text)) throw new GatewayError('invalid_request', 'after: an offset, the "next" of a page, "beginning" or "latest"', { pointer: '/after' });
  return Number(text);
}
export async function logQuery(asked: Asked, store: Store, after: string | undefined): Promise<LogQuery> {
  const topics = list(asked.query.topic);
  const types = list(asked.query.types);
  const unknown = topics?.find((t) => !Object.hasOwn(TOPICS, t)) ?? types?.find((t) => !Object.hasOwn(TOPIC_OF, t));
  if (unknown !== undefined) throw new GatewayError('invalid_request', `"${unknown.slice(0, 60)}" is no topic or type of ours`, { pointer: topics ? '/topic' : '/types' });
  return {
    after: await afterOf(after, store),
    limit: limitOf(asked.query.limit, 100, 1000),
    ...(asked.caller.tenant === null ? {} : { tenant: asked.caller.tenant }),
    ...(topics ? { topics: topics as Topic[] } : {}),
    ...(types ? { types: types as EventType[] } : {}),
  };
}

/** The first offset of the log that was written at or after this moment; offsets follow time, so it is found by halving. */
export async function firstOffsetSince(store: Store, ms: number): Promise<number> {
  let [low, high] = [0, (await store.lastOffset()) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await store.read.selectFrom('events').select('created_at').where('off', '>=', middle).orderBy('off').limit(1).executeTakeFirst();
    if (row && Number(row.created_at) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
