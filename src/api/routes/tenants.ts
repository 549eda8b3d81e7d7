import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import { QuietHours } from '../../outbound/quiet-hours.ts';
import { TenantSettings } from '../../outbound/tenant-settings.ts';
import { acting } from '../acting.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';

/** null takes a setting away. */
const Change = z.strictObject({
  quietHours: QuietHours.nullable().optional(),
  queueMax: TenantSettings.shape.queueMax.nullable(),
  mediaDays: TenantSettings.shape.mediaDays.nullable(),
});

async function tenants(deps: ApiDeps, asked: Asked, id?: string) {
  let query = deps.store.read.selectFrom('tenants').selectAll().orderBy('id');
  if (asked.caller.tenant !== null) query = query.where('id', '=', asked.caller.tenant);
  if (id !== undefined) query = query.where('id', '=', id);
  return (await query.execute()).map((t) => ({
    id: t.id,
    name: t.name,
    createdAt: new Date(t.created_at).toISOString(),
    ...(JSON.parse(t.settings ?? '{}') as TenantSettings),
  }));
}

export const tenantRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/tenants',
    scope: 'admin',
    summary: 'Tenants and their settings',
    handle: async (asked, deps) => ({ body: { tenants: await tenants(deps, asked) } }),
  },
  {
    method: 'patch',
    path: '/v1/tenants/:id',
    scope: 'admin',
    summary:
      'Quiet hours for bulk messages { quietHours: { timeZone, from, to } | null }, how long media are kept { mediaDays }, and the quota of the queue { queueMax } (installation admins)',
    async handle(asked, deps) {
      const id = asked.params.id ?? '';
      if (!(await tenants(deps, asked, id)).length) throw new GatewayError('not_found', 'There is no such tenant.');
      const change = parseBody(Change, asked.body);
      if (asked.caller.tenant !== null && change.queueMax !== undefined) throw new GatewayError('forbidden', 'queueMax is set by an installation admin.');
      await deps.store.write('updateTenant', { id, change, ...acting(asked) });
      const [tenant] = await tenants(deps, asked, id);
      return { body: tenant };
    },
  },
];
