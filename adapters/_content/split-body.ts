import { splitText } from '../_text/split-text.ts';
import type { Sink } from './piece.ts';

interface Room {
  readonly max: number;
  readonly unit?: 'byte';
}
export const joined = (parts: readonly (string | undefined)[], by = '\n\n'): string => parts.filter((p) => p !== undefined && p.trim() !== '').join(by);

/** Text in parts that fit, none of them blank: platforms refuse a blank text. */
export const partsOf = (text: string, { max, unit }: Room): string[] => splitText(text.trim(), max, unit).filter((part) => part.trim() !== '');

/** The end of a body that stands beside buttons; what does not fit goes before as text. */
export function lastPart(body: string, room: Room, sink: Sink): string {
  const parts = partsOf(body, room);
  if (parts.length > 1) sink.losses.push('body_split');
  for (const text of parts.slice(0, -1)) sink.pieces.push({ type: 'text', text });
  return parts.at(-1) ?? body;
}
