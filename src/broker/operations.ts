import { eventId, FAILURES, type FailureCode } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { firstSight } from '../inbound/seen.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';

export interface RejectedCommand {
  readonly commandId: string | null;
  readonly source: string | null;
  readonly channel: string | null;
  readonly place: string;
  readonly code: FailureCode;
  readonly reason: string;
  readonly pointer: string | null;
  readonly value: string | null;
  readonly nowMs: number;
}

/** Keys of `meta` that name parked events, by offset. */
export const PARKED = 'kafka_parked:';

export const brokerOperations = {
  /** Moves a cursor forward, never back. */
  async saveCursor(tx: Tx, args: { readonly name: string; readonly off: number; readonly detail: string | null; readonly nowMs: number }): Promise<void> {
    await tx.run(
      'INSERT INTO cursors (name, off, detail, updated_at) VALUES ($1,$2,$3,$4) ON CONFLICT (name) DO UPDATE SET off = excluded.off, detail = excluded.detail, updated_at = excluded.updated_at WHERE cursors.off <= excluded.off',
      [args.name, args.off, args.detail, args.nowMs],
    );
  },
  /** The partition count of each topic as it was at first use; keys of one conversation lie together only while it stays. */
  async recordPartitions(tx: Tx, args: { readonly partitions: Readonly<Record<string, number>> }): Promise<Record<string, number>> {
    const [row] = await tx.all<{ value: string }>("SELECT value FROM meta WHERE key = 'kafka_partitions'");
    const known = row ? (JSON.parse(row.value) as Record<string, number>) : {};
    const all = { ...args.partitions, ...known };
    if (Object.keys(all).length > Object.keys(known).length)
      await tx.run("INSERT INTO meta (key, value) VALUES ('kafka_partitions',$1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [JSON.stringify(all)]);
    return all;
  },
  /** Kafka refuses this event for its size: it stays in the log, and here until it is republished. */
  async parkEvent(tx: Tx, args: { readonly off: number; readonly id: string; readonly topic: string; readonly bytes: number; readonly nowMs: number }): Promise<void> {
    await tx.run('INSERT INTO meta (key, value) VALUES ($1,$2) ON CONFLICT (key) DO NOTHING', [`${PARKED}${args.off}`, JSON.stringify(args)]);
  },
  /** They were published after all, but for those that were parked again. */
  async forgetParked(tx: Tx, args: { readonly from: number; readonly to: number; readonly again: readonly number[] }): Promise<void> {
    const rows = await tx.all<{ key: string }>(`SELECT key FROM meta WHERE key LIKE '${PARKED}%'`);
    for (const { key } of rows) {
      const off = Number(key.slice(PARKED.length));
      if (off >= args.from && off <= args.to && !args.again.includes(off)) await tx.run('DELETE FROM meta WHERE key = $1', [key]);
    }
  },
  /** One command.rejected for a bad command, however often it is read. */
  async rejectCommand(tx: Tx, args: RejectedCommand): Promise<void> {
    const [channel] =
      args.channel === null
        ? []
        : await tx.all<{ id: string; tenant: string; type: string }>("SELECT id, tenant, type FROM channels WHERE id = $1 AND state <> 'deleted'", [args.channel]);
    const id = eventId(['parlance', 'command-rejected', channel?.tenant ?? '', args.source ?? args.place, args.commandId ?? args.place]);
    if (!(await firstSight(tx, id))) return;
    const letter = newId('dl_', args.nowMs);
    await tx.run(
      "INSERT INTO dead_letters (id, tenant, channel, code, reason, journal, path, element, state, event_id, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,NULL,$6,$7,'open',$8,$9,$9)",
      [letter, channel?.tenant, channel?.id, args.code, args.reason, args.place, args.value?.slice(0, 100_000).replaceAll('\0', '').toWellFormed(), id, args.nowMs],
    );
    await appendEvents(
      tx,
      [
        {
          id,
          type: 'command.rejected',
          subject: channel?.id ?? 'unrouted',
          source: channel ? `/channels/${channel.id}` : '/unrouted',
          tenant: channel?.tenant ?? null,
          channel: channel?.id ?? null,
          time: new Date(args.nowMs).toISOString(),
          data: {
            ...(channel ? { tenant: channel.tenant, channel: { id: channel.id, type: channel.type } } : {}),
            deadLetter: letter,
            commandId: args.commandId,
            code: args.code,
            reason: args.reason,
            advice: FAILURES[args.code].advice,
            retry: 'Send the command again under a new id.',
            ...(args.pointer ? { pointer: args.pointer } : {}),
          },
        },
      ],
      args.nowMs,
    );
  },
};
