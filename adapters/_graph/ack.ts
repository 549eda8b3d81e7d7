import type { Reply } from '../contract.ts';

/** What Meta hears for every webhook; it reads the status alone. */
const EVENT_RECEIVED: Reply = { status: 200, type: 'text/plain; charset=utf-8', body: 'EVENT_RECEIVED' };
export const ackMeta = (): Reply => EVENT_RECEIVED;
