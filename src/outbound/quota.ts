import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { BULK } from './queue-order.ts';

/** Bulk leaves room for replies: a campaign never makes a tenant's answers bounce. */
const BULK_SHARE = 0.9;

/** Refuses what is above the tenant's quota. */
export async function checkQuota(tx: Tx, ask: { tenant: string; priority: number; max: number }): Promise<void> {
  const [row] = await tx.all<{ n: number | null }>('SELECT sum(n) AS n FROM queue_depths WHERE tenant = $1', [ask.tenant]);
  const queued = Number(row?.n ?? 0);
  const max = ask.priority === BULK ? Math.floor(ask.max * BULK_SHARE) : ask.max;
  if (queued < max) return;
  throw new GatewayError(
    'queue_full',
    `${queued} messages of the tenant are queued; ${ask.priority === BULK ? 'bulk messages may fill' : 'at most'} ${max} (QUEUE_MAX_PER_TENANT).`,
  );
}
