import type { Call, ChannelAdapter, Cost, RenderContext, Rendered } from '../../adapters/contract.ts';
import type { Files } from '../../adapters/files.ts';
import { FAILURES, type Identity, type OutboundContent } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import type { ChannelRow } from './channel-row.ts';
import type { Mode } from './policy.ts';
import { contextOf } from './render-context.ts';

export interface RenderArgs {
  readonly channel: ChannelRow;
  readonly adapter: ChannelAdapter;
  readonly publicUrl: string;
  readonly content: OutboundContent;
  readonly to: Identity;
  readonly ownId: string;
  readonly replyTo?: string | undefined;
  readonly reactTo?: string | undefined;
  readonly mode: Mode;
  readonly files?: Files;
}

/** The calls of a message; a refusal of the adapter as GatewayError. */
export function renderMessage(args: RenderArgs): Rendered {
  const { replyTo, reactTo } = args;
  const context: RenderContext = {
    ...contextOf(args.channel, args, { to: args.to, ownId: args.ownId }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(reactTo === undefined ? {} : { reactTo }),
    ...(args.mode === 'human_agent' ? { tag: 'HUMAN_AGENT' as const } : {}),
    ...(args.files ? { files: args.files } : {}),
  };
  const rendered = args.adapter.render(args.content, context);
  if (!rendered.ok) throw new GatewayError(rendered.error.code, rendered.error.platformMessage ?? FAILURES[rendered.error.code].title, { pointer: '/content' });
  return rendered.value;
}

export const ONE: Cost = { units: 1, media: false };
const INSERT =
  "INSERT INTO calls (message, attempt, part, channel, state, status, platform_id, epoch, started_at, ended_at, method, path, content_type, body, failure, units, media) VALUES ($1,$2,$3,$4,'pending','queued',NULL,0,NULL,NULL,$5,$6,$7,$8,NULL,$9,$10)";
/** Journals the calls of an attempt before any is made. */
export async function insertCalls(tx: Tx, of: { message: string; attempt: number; channel: string; adapter: ChannelAdapter }, calls: readonly Call[]): Promise<void> {
  for (const [i, call] of calls.entries()) {
    const cost = of.adapter.costs?.(call) ?? ONE;
    await tx.run(INSERT, [of.message, of.attempt, i + 1, of.channel, call.method, call.path, call.contentType, call.body, cost.units, cost.media ? 1 : 0]);
  }
}
