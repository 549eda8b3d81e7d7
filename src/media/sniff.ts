import { fileTypeFromFile } from 'file-type';
import type { ByteSource } from './measure/byte-source.ts';

const HEAD = 4096;
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^(<\?xml[^>]{0,200}\?>\s*)?(<!--[\s\S]{0,1000}?-->\s*)?(<!doctype svg[^>]{0,500}>\s*)?<svg[\s>]/i, 'image/svg+xml'],
  [/^(<!--[\s\S]{0,1000}?-->\s*)?<(!doctype html|html|head|body|script|iframe|style|title|a|div|p|table|h1|br)[\s>/]/i, 'text/html'],
  [/^(<\?xml[^>]{0,200}\?>\s*)(<!doctype html|<html)/i, 'text/html'],
  [/^<\?xml[\s?]/i, 'application/xml'],
  [/^<\?php/i, 'text/x-php'],
  [/^#!\s*\//, 'text/x-shellscript'],
  [/^#EXTM3U/, 'application/vnd.apple.mpegurl'],
  [/^(\[playlist\]|ffconcat version)/i, 'application/x-playlist'],
  [/^BEGIN:VCARD/i, 'text/vcard'],
  [/^BEGIN:VCALENDAR/i, 'text/calendar'],
  [/^%PDF-/, 'application/pdf'],
];
/** Declared types of text that bytes alone do not tell, and that no browser runs. */
const PLAIN = new Set(['text/csv', 'text/plain', 'text/markdown', 'text/tab-separated-values', 'application/json', 'text/rtf']);

/** What is written in words: null where there are bytes that no text has. */
function textIn(head: Buffer, complete: boolean): string | null {
  const utf16 = head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff));
  try {
    const text = new TextDecoder(utf16 ? (head[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8', { fatal: true }).decode(head, { stream: !complete });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells text from bytes
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
function textType(text: string, declared: string | null): string {
  const start = text.replace(/^\ufeff/, '').trimStart();
  const known = TEXTS.find(([pattern]) => pattern.test(start))?.[1];
  const word = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  return known ?? (PLAIN.has(word) ? word : 'text/plain');
}

/** The type of a file by its bytes; the declared one decides among kinds of plain text alone. */
export async function sniff(path: string, source: ByteSource, declared: string | null): Promise<string> {
  const known = await fileTypeFromFile(path).catch(() => undefined); // it reads what a file claims, which may lead nowhere
  if (known && known.mime !== 'application/xml') return known.mime;
  const head = await source.read(0, HEAD);
  const text = textIn(head, source.size <= HEAD);
  if (text !== null) return textType(text, declared);
  return known?.mime ?? 'application/octet-stream';
}

/** A browser or a reader of PDF takes a file for what it finds within its first kilobyte. */
const MARKUP = /<(!doctype|html|head|script|svg|iframe|body|\?php)[\s>=?]|%PDF-/i;
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_TAIL = 65_557;

/** What a file of sound or picture is besides; null: nothing. */
export async function secondNature(source: ByteSource): Promise<string | null> {
  const markup = MARKUP.exec((await source.read(0, 1500)).toString('latin1'))?.[0];
  if (markup) return markup.startsWith('%') ? 'a PDF document' : 'a web page';
  const tail = await source.read(Math.max(0, source.size - ZIP_TAIL), ZIP_TAIL);
  for (let at = tail.lastIndexOf(ZIP_END); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(ZIP_END, at - 1))
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return 'an archive';
  return null;
}
