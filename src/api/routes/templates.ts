import { GatewayError } from '../../gateway-error.ts';
import type { Route } from '../deps.ts';

const iso = (ms: number | null | undefined) => (ms ? new Date(Number(ms)).toISOString() : null);

export const templateRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/channels/:id/templates',
    scope: 'read',
    summary: 'Templates as the platform listed them last; ?refresh=1 asks it now',
    async handle(asked, deps) {
      const id = asked.params.id ?? '';
      let query = deps.store.read.selectFrom('channels').select('id').where('id', '=', id).where('state', '<>', 'deleted');
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      if (!(await query.executeTakeFirst())) throw new GatewayError('not_found', 'There is no such channel.');
      if (asked.query.refresh === '1') await deps.templates.refresh(id);
      const sync = await deps.store.read.selectFrom('template_syncs').selectAll().where('channel', '=', id).executeTakeFirst();
      const rows = await deps.store.read.selectFrom('templates').selectAll().where('channel', '=', id).orderBy('name').orderBy('language').execute();
      return {
        body: {
          syncedAt: iso(sync?.synced_at),
          fault: sync?.fault ?? null,
          templates: rows.map((t) => ({
            id: t.platform_id,
            name: t.name,
            language: t.language,
            status: t.status,
            category: t.category,
            named: t.named === 1,
            components: JSON.parse(t.components) as unknown,
          })),
        },
      };
    },
  },
];
