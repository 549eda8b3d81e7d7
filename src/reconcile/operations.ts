import type { Tx } from '../store/port.ts';

/** Where in `meta` a channel's mark stands: the platform is compared with what came up to then, in ms. */
export const markKey = (channel: string): string => `reconciled:${channel}`;

export const reconcileOperations = {
  /** A whole pass is done; the mark never moves back. */
  async saveReconciled(tx: Tx, args: { readonly channel: string; readonly through: number }): Promise<void> {
    await tx.run(
      'INSERT INTO meta (key, value) VALUES ($1,$2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(meta.value AS BIGINT) < CAST(excluded.value AS BIGINT)',
      [markKey(args.channel), String(args.through)],
    );
  },
};
