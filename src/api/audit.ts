import { newId } from '../id.ts';
import type { Tx } from '../store/port.ts';

/** Who changes something. */
export interface Acting {
  readonly actor: string;
  readonly tenant: string | null;
  readonly nowMs: number;
}

/** Keeps who did what. */
export async function audit(tx: Tx, by: Acting, entry: { action: string; detail: unknown }): Promise<void> {
  await tx.run('INSERT INTO audit (id, at, actor, tenant, action, detail) VALUES ($1,$2,$3,$4,$5,$6)', [
    newId('au_', by.nowMs),
    by.nowMs,
    by.actor,
    by.tenant,
    entry.action,
    JSON.stringify(entry.detail),
  ]);
}
