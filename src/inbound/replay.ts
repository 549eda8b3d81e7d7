import { providerOf } from '../../adapters/contract.ts';
import { eventId } from '../../schemas/index.ts';
import { dayOf } from '../iso-time.ts';
import { journalRef } from '../journal/port.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';
import { comparable, correct } from './correct.ts';
import { createDirectory } from './directory.ts';
import { verifiedRequest } from './journalled-request.ts';
import { publishedContent } from './published-content.ts';
import { resolveFact } from './resolve.ts';
import type { RetryDeps } from './retry.ts';
import { seenKey, seenMessage } from './seen.ts';
import { Tally } from './tally.ts';
import { messageIdOf } from './told-messages.ts';

export interface ReplayArgs {
  readonly after: number;
  readonly toMs: number;
  readonly publish: boolean;
  readonly tenant: string | null;
  readonly nowMs: number;
}
export interface ReplayResult {
  readonly bodies: number;
  readonly same: number;
  readonly missing: number;
  readonly differs: number;
  readonly diffs: readonly { id: string; path: string; journal: string; before: unknown; after: unknown }[];
  readonly next: number | null;
}
const SLICE = 200;

/** One slice of a period of the journal, normalised again: what is the same, what has no event yet, what differs; with `publish`, first events and corrections go out. */
export async function replaySlice(tx: Tx, args: ReplayArgs, deps: RetryDeps): Promise<ReplayResult> {
  const rows = deps.reader.read(args.after, SLICE, 4 * 1024 * 1024).filter((r) => r.receivedAt <= args.toMs);
  const directory = createDirectory();
  await directory.refresh(tx);
  const tally = new Tally();
  const result = { same: 0, missing: 0, differs: 0, diffs: [] as { id: string; path: string; journal: string; before: unknown; after: unknown }[] };
  for (const row of rows) {
    const ctx: Context = {
      tx,
      directory,
      row,
      ref: journalRef(deps.journalId, row.offset),
      nowMs: args.nowMs,
      day: dayOf(row.receivedAt),
      tally,
      mediaUrl: (id) => deps.mediaUrl(id, args.nowMs),
      early: { pending: 1 },
      inbound: new Map(),
      again: false,
    };
    for (const fact of deps.adapters.webhooks(providerOf(row.endpoint))?.normalize(verifiedRequest(row, deps.publicUrl)).facts ?? []) {
      const channel = fact.accountKind === 'business' ? directory.byBusiness(fact.channelType, fact.account, row.keyId) : directory.byAccount(fact.channelType, fact.account);
      if (!channel?.keyIds.includes(row.keyId) || (args.tenant !== null && channel.tenant !== args.tenant)) continue;
      const id = eventId(fact.idParts);
      if ((await seenMessage(tx, seenKey(id))) === undefined) {
        result.missing++;
        if (args.publish) await resolveFact(ctx, fact);
        continue;
      }
      const before = fact.body.kind === 'message' ? await publishedContent(tx, { id, channel: channel.id, addresses: fact.addresses }) : undefined;
      const after = fact.body.kind === 'message' ? fact.body.content : undefined;
      const truncated = (before as { truncated?: unknown } | undefined)?.truncated === true;
      if (before === undefined || truncated || JSON.stringify(comparable(before)) === JSON.stringify(comparable(after))) {
        result.same++;
        continue;
      }
      result.differs++;
      if (result.diffs.length < 20) result.diffs.push({ id, path: fact.path, journal: ctx.ref, before, after });
      if (args.publish && fact.body.kind === 'message')
        await correct(ctx, fact, { channel, corrects: id, content: after, messageId: await messageIdOf(ctx.tx, channel, fact.body.platformId) });
    }
  }
  await tally.write(tx);
  return { bodies: rows.length, ...result, next: rows.at(-1)?.offset ?? null };
}
