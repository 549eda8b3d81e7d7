import type { Fact, FactBody } from '../../adapters/facts.ts';
import type { Identity } from '../../schemas/index.ts';
import { eventId } from '../../schemas/index.ts';
import { dayOf } from '../iso-time.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';
import { contextFor, type Kept } from './context-of-kept.ts';
import { findConversation } from './conversations.ts';
import { type Channel, createDirectory } from './directory.ts';
import { own } from './known-conversations.ts';
import { firstSight } from './seen.ts';
import { applyStatus, type Call, type Disposition, type StatusFact } from './statuses.ts';
import { Tally } from './tally.ts';
import { toldMessage } from './told-messages.ts';

type WatermarkFact = FactBody & { kind: 'watermark' };
type Level = WatermarkFact['status'];
/** The highest watermark of each kind, and the last that named a message of which we did not know, as a conversation keeps them (JSON) for messages that are recorded later. */
type Marks = Partial<Record<Level, Kept & { readonly until: number }>> & { awaited?: Kept & { readonly platformId: string } };

const CALL = 'c.message, c.attempt, c.part, c.status, c.state, c.platform_id';
/** Where a call began, by our clock: platforms name the watermark by the time of the message, which lies after it. */
const CALLS = {
  until: `SELECT ${CALL} FROM calls c JOIN messages m ON m.id = c.message WHERE m.conversation = $1 AND m.direction = 'outbound' AND c.state = 'sent' AND c.platform_id IS NOT NULL AND c.started_at <= $2
    AND c.status IN ('queued', 'unknown', 'sent', 'delivered') ORDER BY c.message, c.part`,
  named: `SELECT ${CALL} FROM calls c WHERE c.channel = $1 AND c.platform_id = $2`,
} as const;

/** The status that a watermark means for one message; its id has the same parts as a status of its own would have. */
function statusFact(fact: Fact, level: Level, platformId: string): { fact: Fact; body: StatusFact } {
  const customer: Identity | undefined = fact.addresses[0];
  const body: StatusFact = { kind: 'status', platformId, status: level };
  return { fact: { ...fact, idParts: [fact.channelType, fact.account, 'status', platformId, customer?.value ?? '', level], body }, body };
}
async function tellOne(ctx: Context, at: { fact: Fact; level: Level; channel: Channel }, call: Call): Promise<boolean> {
  const one = statusFact(at.fact, at.level, call.platform_id ?? '');
  if (!(await firstSight(ctx.tx, eventId(one.fact.idParts)))) return false;
  return (await applyStatus(ctx, { ...one, channel: at.channel }, call)).term === 'published';
}

/** When the last of the named messages was sent: a call of ours, or one that another app's echo told of; undefined where none is known. */
async function sentAt(tx: Tx, channel: Channel, platformIds: readonly string[]): Promise<number | undefined> {
  let last: number | undefined;
  for (const id of platformIds) {
    const [call] = await tx.all<{ at: number | null }>('SELECT max(started_at) AS at FROM calls WHERE channel = $1 AND platform_id = $2', [channel.id, id]);
    const told = await toldMessage(tx, channel, id);
    for (const at of [call?.at, told?.direction === 'outbound' ? told.at : null]) if (at != null) last = Math.max(last ?? 0, at);
  }
  return last;
}

interface Covering {
  readonly fact: Fact;
  readonly body: WatermarkFact;
  readonly channel: Channel;
  readonly conversation: string | null;
}
/** Tells every message that the watermark covers and keeps how far it reaches; how many it told. */
async function cover(ctx: Context, { fact, body, channel, conversation }: Covering): Promise<number> {
  const calls = new Map<string, Call>();
  for (const id of body.platformIds) for (const call of await ctx.tx.all<Call>(CALLS.named, [channel.id, id])) calls.set(id, call);
  const until = body.until?.getTime() ?? (await sentAt(ctx.tx, channel, body.platformIds));
  if (conversation !== null) {
    const [row] = await ctx.tx.all<{ watermarks: string | null }>('SELECT watermarks FROM conversations WHERE id = $1', [conversation]);
    const marks = JSON.parse(row?.watermarks ?? '{}') as Marks;
    const before = row?.watermarks;
    const kept = { fact, ref: ctx.ref, receivedAt: ctx.row.receivedAt };
    if (until === undefined) marks.awaited = { ...kept, platformId: body.platformIds[0] ?? '' };
    else {
      for (const call of await ctx.tx.all<Call>(CALLS.until, [conversation, until])) calls.set(call.platform_id ?? '', call);
      if ((marks[body.status]?.until ?? 0) < until) marks[body.status] = { ...kept, until };
    }
    const after = JSON.stringify(marks);
    if (after !== (before ?? '{}')) await own(ctx.tx, 'UPDATE conversations SET watermarks = $2 WHERE id = $1', [conversation, after]);
  }
  let told = 0;
  for (const call of calls.values()) if (await tellOne(ctx, { fact, level: body.status, channel }, call)) told++;
  return told;
}

/** A watermark becomes a status of every message that it covers; one that covers nothing new is absorbed. */
export async function resolveWatermark(ctx: Context, fact: Fact, body: WatermarkFact, channel: Channel): Promise<Disposition> {
  const conversation = await findConversation(ctx.tx, channel.id, fact.addresses);
  const told = await cover(ctx, { fact, body, channel, conversation: conversation?.id ?? null });
  return told ? { term: 'published' } : { term: 'absorbed', reason: 'idle_watermark' };
}

/** A message recorded now that an earlier watermark covers: call it in the transaction that records the send response. */
export async function applyWatermarks(tx: Tx, at: { conversation: string; platformId: string; channel: string }, nowMs: number): Promise<void> {
  const [row] = await tx.all<{ watermarks: string | null }>('SELECT watermarks FROM conversations WHERE id = $1', [at.conversation]);
  if (!row?.watermarks) return;
  const marks = JSON.parse(row.watermarks) as Marks;
  const directory = createDirectory();
  await directory.refresh(tx);
  const revive = (fact: Fact): Fact => ({ ...fact, at: fact.at === null ? null : new Date(fact.at) });
  const { awaited } = marks;
  const named = awaited?.platformId === at.platformId ? directory.byAccount(awaited.fact.channelType, awaited.fact.account) : undefined;
  if (awaited && named) {
    const ctx = contextFor(tx, awaited, { directory, tally: new Tally(), day: dayOf(awaited.receivedAt), nowMs });
    await cover(ctx, { fact: revive(awaited.fact), body: awaited.fact.body as WatermarkFact, channel: named, conversation: at.conversation });
  }
  for (const level of ['delivered', 'read'] as const) {
    const kept = marks[level];
    const channel = kept && directory.byAccount(kept.fact.channelType, kept.fact.account);
    if (!kept || !channel) continue;
    const ctx = contextFor(tx, kept, { directory, tally: new Tally(), day: dayOf(kept.receivedAt), nowMs });
    for (const call of await tx.all<Call & { started_at: number }>(`${CALLS.named} AND c.started_at <= $3`, [at.channel, at.platformId, kept.until]))
      await tellOne(ctx, { fact: revive(kept.fact), level, channel }, call);
  }
}
