import { segmentsOf } from './sms-segments.ts';

/** `character`: UTF-16 units, as Meta and Twilio count; `byte`: of UTF-8; `code_point`; `segment`: of SMS. */
export type TextUnit = 'character' | 'byte' | 'code_point' | 'segment';

export const sizeIn: Readonly<Record<TextUnit, (text: string) => number>> = {
  character: (text) => text.length,
  byte: (text) => Buffer.byteLength(text),
  code_point: (text) => [...text].length,
  segment: (text) => segmentsOf(text).segments,
};
/** UTF-16 units that one unit can hold at most: how far a part may reach. */
export const REACH: Readonly<Record<TextUnit, number>> = { character: 1, byte: 1, code_point: 2, segment: 160 };
