import type { Template } from '../../adapters/contract.ts';
import type { Tx } from '../store/port.ts';

export const templateOperations = {
  /** What the platform lists now, in place of what it listed before; a fault leaves that as it was. */
  async saveTemplates(
    tx: Tx,
    args: {
      readonly channel: string;
      readonly listed: { readonly ok: true; readonly templates: readonly Template[] } | { readonly ok: false; readonly fault: string };
      readonly nowMs: number;
    },
  ): Promise<void> {
    const { channel, listed, nowMs } = args;
    await tx.run(
      'INSERT INTO template_syncs (channel, synced_at, tried_at, fault) VALUES ($1,$2,$3,$4) ON CONFLICT (channel) DO UPDATE SET synced_at = coalesce(excluded.synced_at, template_syncs.synced_at), tried_at = excluded.tried_at, fault = excluded.fault',
      [channel, listed.ok ? nowMs : null, nowMs, listed.ok ? null : listed.fault],
    );
    if (!listed.ok) return;
    await tx.run('DELETE FROM templates WHERE channel = $1', [channel]);
    for (const t of listed.templates)
      await tx.run(
        'INSERT INTO templates (channel, name, language, status, category, named, components, platform_id) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (channel, name, language) DO NOTHING',
        [channel, t.name, t.language, t.status, t.category ?? null, t.named ? 1 : 0, JSON.stringify(t.components), t.platformId],
      );
  },
};
