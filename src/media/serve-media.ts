import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { isShown } from './media-kinds.ts';
import type { ByteRange, MediaStore } from './port.ts';

/** A file that is there. */
export interface Served {
  readonly id: string;
  readonly key: string;
  readonly bytes: number;
  readonly mimeType: string;
  readonly filename: string | null;
}
/** A reader who takes nothing for so long is gone. */
const SILENCE_MS = 60_000;
const DAY_S = 86_400;
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
  'audio/x-m4a': 'm4a',
  'text/plain': 'txt',
  'video/quicktime': 'mov',
  'image/svg+xml': 'svg',
};

/** A name that no file system or header minds; the platform's, else one made of the type. */
function nameOf({ id, mimeType, filename }: Served): string {
  const given = filename
    ?.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}"\\/<>:|?*]/gu, '_')
    .trim()
    .slice(0, 150);
  if (given && !/^\.+$/.test(given)) return given.toWellFormed();
  const type = mimeType.split(';')[0] ?? '';
  const extension = EXTENSIONS[type] ?? (/^[a-z0-9]{2,5}$/.exec(type.split('/')[1] ?? '') ?? [])[0];
  return extension === undefined || type === 'application/octet-stream' ? id : `${id}.${extension}`;
}
function dispositionOf(file: Served): string {
  const name = nameOf(file);
  const plain = name.replace(/[^\x20-\x7e]/g, '_');
  const extended = plain === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
  return `${isShown(file.mimeType) ? 'inline' : 'attachment'}; filename="${plain}"${extended}`;
}
/** One range, as players ask for; several, or another unit: null, which is the whole. `unsatisfiable`: it begins after the end. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [from, to] = [match[1] ?? '', match[2] ?? ''];
  if (from === '') return Number(to) === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - Number(to)), end: bytes - 1 };
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (Number(from) >= bytes) return 'unsatisfiable';
  return end < Number(from) ? null : { start: Number(from), end };
}

/** Answers a GET or HEAD for a file: whole, in part, or not changed. Whatever a customer put in it, no browser runs it. */
export async function serveMedia(
  request: IncomingMessage,
  response: ServerResponse,
  { file, media, maxAgeS = DAY_S }: { file: Served; media: MediaStore; maxAgeS?: number },
): Promise<void> {
  const etag = `"${file.key}"`;
  const headers = {
    'content-type': /^text\/(?!html|x-)/.test(file.mimeType) ? `${file.mimeType}; charset=utf-8` : file.mimeType,
    'content-disposition': dispositionOf(file),
    'accept-ranges': 'bytes',
    etag,
    'cache-control': `private, max-age=${Math.max(0, Math.floor(maxAgeS))}, immutable`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'cross-origin', // the consumer's pages show it
    'x-frame-options': 'DENY',
  };
  if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return void response.writeHead(304, headers).end();
  const current = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = current ? rangeOf(request.headers.range, file.bytes) : null;
  if (range === 'unsatisfiable') return void response.writeHead(416, { ...headers, 'content-range': `bytes */${file.bytes}`, 'content-length': 0 }).end();
  const length = range ? range.end - range.start + 1 : file.bytes;
  const head = [range ? 206 : 200, { ...headers, 'content-length': length, ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${file.bytes}` } : {}) }] as const;
  if (request.method === 'HEAD') return void response.writeHead(...head).end();
  const stream = await media.read(file.key, range ?? undefined);
  if (response.destroyed) return void stream.destroy();
  response.writeHead(...head);
  response.setTimeout(SILENCE_MS, () => response.destroy());
  await new Promise<void>((resolve) => pipeline(stream, response, () => resolve())); // a reader who leaves is no fault
}
