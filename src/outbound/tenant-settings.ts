import { z } from 'zod';
import type { Tx } from '../store/port.ts';
import { QuietHours } from './quiet-hours.ts';

/** What a tenant sets for all of its channels. */
export const TenantSettings = z.strictObject({
  /** Bulk messages wait for their end; others do not. */
  quietHours: QuietHours.optional(),
  /** Instead of QUEUE_MAX_PER_TENANT. */
  queueMax: z.number().int().min(1).max(100_000_000).optional(),
  /** Instead of MEDIA_RETENTION_DAYS. */
  mediaDays: z.number().int().min(1).max(36_500).optional(),
});
export type TenantSettings = z.infer<typeof TenantSettings>;

export async function tenantSettings(tx: Tx, tenant: string): Promise<TenantSettings> {
  const [row] = await tx.all<{ settings: string | null }>('SELECT settings FROM tenants WHERE id = $1', [tenant]);
  return row?.settings ? (JSON.parse(row.settings) as TenantSettings) : {};
}
