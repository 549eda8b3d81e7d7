import type { Fault } from './errors.ts';
import { faultOfOgg, faultOfSticker } from './opened.ts';
import { unless } from './rules.ts';

const [KB, MB] = [1024, 1024 * 1024];
/** What an upload may be (whatsapp.md 6.4), by the kind of medium. */
const ACCEPTED: readonly (readonly [string, readonly string[], number])[] = [
  ['image', ['image/jpeg', 'image/png'], 5 * MB],
  ['video', ['video/mp4', 'video/3gpp'], 16 * MB],
  ['audio', ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], 16 * MB],
  ['sticker', ['image/webp'], 500 * KB],
  [
    'document',
    [
      'text/plain',
      'application/pdf',
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    100 * MB,
  ],
];
const MAGIC: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['image/png', (b) => b.subarray(1, 4).toString('latin1') === 'PNG'],
  ['image/jpeg', (b) => b[0] === 0xff && b[1] === 0xd8],
  ['image/webp', (b) => b.subarray(8, 12).toString('latin1') === 'WEBP'],
  ['application/pdf', (b) => b.subarray(0, 5).toString('latin1') === '%PDF-'],
  ['audio/ogg', (b) => b.subarray(0, 4).toString('latin1') === 'OggS'],
];
const OPENED: Readonly<Record<string, (bytes: Buffer) => string | null>> = { 'audio/ogg': faultOfOgg, 'image/webp': faultOfSticker };
export const bareType = (mimeType: string): string => (mimeType.split(';')[0] ?? '').trim().toLowerCase();

const OF_KIND: Readonly<Record<string, RegExp>> = { image: /^image\/(?:jpeg|png)$/, sticker: /^image\/webp$/, audio: /^audio\//, video: /^video\// };
/** Whether a medium of this type may be sent as that kind; a voice note is Ogg (whatsapp.md 5.3). */
export const mayBe = (kind: string, mimeType: string, voice: boolean): boolean => (OF_KIND[kind]?.test(mimeType) ?? true) && (!voice || bareType(mimeType) === 'audio/ogg');

/** The declared type, the size, and bytes that are plainly something else. */
export function checkUpload(mimeType: string, bytes: Buffer): Fault {
  const row = ACCEPTED.find(([, types]) => types.includes(bareType(mimeType)));
  if (!row) return [100, `Param file must be a file with one of the following types: ${ACCEPTED.flatMap(([, types]) => types).join(', ')}. Received file of type '${mimeType}'.`];
  const told = MAGIC.find(([, is]) => is(bytes))?.[0];
  const opened = OPENED[bareType(mimeType)]?.(bytes) ?? null;
  return (
    unless(bytes.length > 0, 100, 'Param file is empty') ??
    unless(bytes.length <= row[2], 131053, `Media file size is too big. Max file size for ${row[0]}: ${row[2]} bytes`) ??
    unless(told === undefined || told === bareType(mimeType), 131053, `Media type ${mimeType} does not match the content (${String(told)})`) ??
    unless(opened === null, 131053, `Media upload error: ${String(opened)}`)
  );
}
