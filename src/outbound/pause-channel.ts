import { type ChannelType, eventId, type Failure } from '../../schemas/index.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';

interface Change {
  readonly id: string;
  readonly kind: 'paused' | 'resumed';
  /** A failure's code, or who did it. */
  readonly event: string;
  readonly platform?: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
}
/** Tells that a channel stopped sending, or goes on. */
export async function tellChannel(tx: Tx, change: Change): Promise<void> {
  const [c] = await tx.all<{ id: string; type: ChannelType; tenant: string; name: string | null; address: string | null }>(
    'SELECT id, type, tenant, name, address FROM channels WHERE id = $1',
    [change.id],
  );
  if (!c) return;
  const channel = { id: c.id, type: c.type, ...(c.address ? { address: c.address } : {}), ...(c.name ? { name: c.name } : {}) };
  const { kind, event, platform, nowMs } = change;
  await appendEvents(
    tx,
    [
      {
        id: eventId(['parlance', 'channel', c.id, kind, String(nowMs)]),
        type: 'channel.changed',
        subject: c.id,
        source: `/channels/${c.id}`,
        tenant: c.tenant,
        channel: c.id,
        time: new Date(nowMs).toISOString(),
        data: { tenant: c.tenant, channel, change: { kind, event, ...(platform ? { platform } : {}) } },
      },
    ],
    nowMs,
  );
}

/** A channel whose credentials or account are refused is paused: what is queued waits, and an event says why. It is tried again with back-off, see probe-channels. */
export async function pauseChannel(tx: Tx, pause: { id: string; failure: Failure; nowMs: number }): Promise<void> {
  const { code, platformCode, platformMessage } = pause.failure;
  const changed = await tx.run("UPDATE channels SET state = 'paused', state_reason = $2, updated_at = $3 WHERE id = $1 AND state = 'active'", [pause.id, code, pause.nowMs]);
  const platform = { code, ...(platformCode ? { platformCode } : {}), ...(platformMessage ? { platformMessage } : {}) };
  if (changed) await tellChannel(tx, { id: pause.id, kind: 'paused', event: code, platform, nowMs: pause.nowMs });
}

/** The platform takes a channel again that it had refused for `reason`. False: somebody else resumed, paused or changed it meanwhile. */
export async function resumeChannel(tx: Tx, resume: { readonly id: string; readonly reason: string; readonly nowMs: number }): Promise<boolean> {
  const changed = await tx.run("UPDATE channels SET state = 'active', state_reason = NULL, updated_at = $3 WHERE id = $1 AND state = 'paused' AND state_reason = $2", [
    resume.id,
    resume.reason,
    resume.nowMs,
  ]);
  if (changed) await tellChannel(tx, { id: resume.id, kind: 'resumed', event: 'probe', platform: { code: resume.reason }, nowMs: resume.nowMs });
  return changed > 0;
}
