import { createHash } from 'node:crypto';
import { eventId, FAILURES, type FailureCode } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Context } from './context.ts';
import type { Channel } from './directory.ts';
import { channelRef } from './publish.ts';
import { firstSight } from './seen.ts';
import { UNROUTED } from './tally.ts';

export interface Rejected {
  readonly code: FailureCode;
  readonly reason: string;
  readonly path: string;
  /** The element's own bytes as text, in a body of its own; null: the whole body. */
  readonly element: string | null;
  readonly channel: Channel | null;
}
const KEEP = 1024 * 1024;

/** Parks an element with its bytes and says so by an event; the same element again is a duplicate. */
export async function deadLetter(ctx: Context, rejected: Rejected): Promise<void> {
  const { channel, code, path } = rejected;
  const counted = channel?.id ?? UNROUTED;
  const bytes = rejected.element ?? Buffer.from(ctx.row.body).toString('utf8');
  // The path is not part of it: the same element may come again at another place of another body.
  const id = eventId(['parlance', 'dead-letter', code, rejected.element === null ? path : '', createHash('sha256').update(bytes).digest('hex')]);
  if (!ctx.again) ctx.tally.count(counted, ctx.day, 'elements');
  if (!(await firstSight(ctx.tx, id))) {
    if (!ctx.again) ctx.tally.count(counted, ctx.day, 'duplicate');
    return;
  }
  const letter = newId('dl_', ctx.nowMs);
  const element = bytes.length <= KEEP ? bytes.replaceAll('\0', '').toWellFormed() : null;
  await ctx.tx.run(
    "INSERT INTO dead_letters (id, tenant, channel, code, reason, journal, path, element, state, event_id, key_id, endpoint, url, received_at, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'open',$9,$11,$12,$13,$14,$10,$10)",
    [letter, channel?.tenant, channel?.id, code, rejected.reason, ctx.ref, path, element, id, ctx.nowMs, ctx.row.keyId, ctx.row.endpoint, ctx.row.url, ctx.row.receivedAt],
  );
  await appendEvents(
    ctx.tx,
    [
      {
        id,
        type: 'webhook.rejected',
        subject: channel?.id ?? UNROUTED,
        source: channel ? `/channels/${channel.id}` : `/${UNROUTED}`,
        tenant: channel?.tenant ?? null,
        channel: channel?.id ?? null,
        time: new Date(ctx.row.receivedAt).toISOString(),
        data: {
          ...(channel ? { tenant: channel.tenant, channel: channelRef(channel) } : {}),
          deadLetter: letter,
          code,
          reason: rejected.reason,
          advice: FAILURES[code].advice,
          retry: `POST /v1/dead-letters/${letter}/retry`,
          raw: { journal: ctx.ref, path },
        },
      },
    ],
    ctx.nowMs,
  );
  ctx.tally.count(counted, ctx.day, 'deadLettered');
}
