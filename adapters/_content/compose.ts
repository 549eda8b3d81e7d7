import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { splitText } from '../_text/split-text.ts';
import type { Call, Capabilities, RenderContext, Rendered, Result } from '../contract.ts';
import type { Files } from '../files.ts';
import { checkContent, refused } from './check-content.ts';
import { degrade } from './degrade.ts';
import { lossesOf } from './losses.ts';
import type { Piece } from './piece.ts';

/** Which call of the message a piece becomes. */
export interface Place {
  readonly context: RenderContext;
  /** Our id of this call: message, attempt and part. */
  readonly ownId: string;
  /** Of the first part alone: the others follow it. */
  readonly replyTo?: string;
}
export interface Channel {
  /** As operators call it. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** One call for a piece that the channel takes. */
  native(piece: Piece, at: Place): Result<Call, Failure>;
  /** A text in parts of one call each, where the channel does not count by characters or bytes. */
  split?(text: string): readonly string[];
}
/** Judged by their addresses alone, and nothing can be made of them. */
const NO_FILES: Files = { states: {}, ffmpeg: false, heif: false, without: 'link' };
/** Kinds that nothing else can stand for. */
const WHOLE = ['reaction', 'template'] as const;

/** Content as calls, in order: what the channel lacks degraded, text in parts, each part with our id. Pure: same content and context, same bytes. */
export function compose(content: OutboundContent, context: RenderContext, channel: Channel): Result<Rendered, Failure> {
  const { capabilities, name } = channel;
  const { natives, text } = capabilities;
  const lacking = WHOLE.find((kind) => content.type === kind && !natives[kind]);
  if (lacking) return refused('content_unsupported', `${name} has no ${lacking}s: nothing else stands for one`);
  const checked = checkContent(content, context);
  if (!checked.ok) return checked;
  const { pieces, losses, menu, needs, refused: fault } = degrade(content, capabilities, context.files ?? NO_FILES);
  if (fault) return refused(fault.code, fault.message);
  if (context.replyTo !== undefined && !natives.replyTo) losses.push('reply_not_shown');
  const split = channel.split ?? ((whole: string) => splitText(whole, text.max, text.unit === 'byte' ? 'byte' : 'character'));
  const single = pieces.flatMap((piece): Piece[] =>
    piece.type === 'text' ? split(piece.text).flatMap((part) => (part === '' ? [] : [{ type: 'text' as const, text: part }])) : [piece],
  );
  const calls: Call[] = [];
  for (const [i, piece] of single.entries()) {
    const quote = i === 0 && context.replyTo !== undefined ? { replyTo: context.replyTo } : {};
    const made = channel.native(piece, { context, ownId: `${context.ownId}.${i + 1}`, ...quote });
    if (!made.ok) return made;
    calls.push(made.value);
  }
  if (!calls.length) return refused('invalid_request', 'text: nothing is left of it without its marks');
  return { ok: true, value: { calls, losses: lossesOf(losses), ...(menu.length ? { menu } : {}), ...(needs.length ? { needs } : {}) } };
}
