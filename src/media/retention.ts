import type { TenantSettings } from '../outbound/tenant-settings.ts';
import type { Store } from '../store/port.ts';

const DAY_MS = 86_400_000;
const SLICE = 500;

/** Files whose bytes are past their days, by the words that say so; `days`: the longest that any tenant keeps them. */
export async function pastRetention(store: Store, days: number, nowMs: number): Promise<{ days: number; ids: Map<string, string[]> }> {
  const tenants = await store.read.selectFrom('tenants').select(['id', 'settings']).where('settings', 'is not', null).execute();
  const own = new Map(
    tenants.flatMap((t) => {
      const { mediaDays } = JSON.parse(t.settings ?? '{}') as TenantSettings;
      return mediaDays === undefined ? [] : [[t.id, mediaDays] as const];
    }),
  );
  const ids = new Map<string, string[]>();
  const old = (kept: number) =>
    store.read
      .selectFrom('media')
      .select('id')
      .where('key', 'is not', null)
      .where('created_at', '<', nowMs - kept * DAY_MS)
      .limit(SLICE);
  const add = (kept: number, rows: readonly { id: string }[]) => {
    const reason = `The bytes were removed after ${kept} ${kept === 1 ? 'day' : 'days'}.`;
    if (rows.length) ids.set(reason, [...(ids.get(reason) ?? []), ...rows.map((r) => r.id)]);
  };
  for (const [tenant, kept] of own) add(kept, await old(kept).where('tenant', '=', tenant).execute());
  add(days, await (own.size ? old(days).where('tenant', 'not in', [...own.keys()]) : old(days)).execute());
  return { days: Math.max(days, ...own.values()), ids };
}
