import { createHash } from 'node:crypto';
import http from 'node:http';
import { picture, voiceNote } from '../support/media-files.ts';

/** Where files come from, in a process of its own: each different, as a platform's are. */
const IMAGE_BYTES = 2 * 1024 * 1024;
const VOICE_S = 30;
const bases = { image: { bytes: picture(IMAGE_BYTES), at: IMAGE_BYTES / 2, type: 'image/png' }, voice: { bytes: voiceNote(VOICE_S, 72), at: 0, type: 'audio/ogg' } } as const;
type Kind = keyof typeof bases;
/** The n-th of its kind: in a picture the number stands among the pixels, behind a voice note it stands as the serial of no page. */
function bytesOf(kind: Kind, n: number): Buffer {
  const { bytes, at } = bases[kind];
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(n));
  const made = Buffer.from(bytes);
  if (kind === 'image') stamp.copy(made, at);
  return kind === 'image' ? made : Buffer.concat([made, stamp]);
}
const server = http.createServer((request, response) => {
  const [, kind, n] = /^\/(image|voice)\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (!kind) return void response.writeHead(404).end();
  const bytes = bytesOf(kind as Kind, Number(n));
  response.writeHead(200, { 'content-type': bases[kind as Kind].type, 'content-length': bytes.length }).end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
/** The hash that the platform announces of a file. */
process.on('message', ({ kind, n }: { kind: Kind; n: number }) => process.send?.({ sha256: createHash('sha256').update(bytesOf(kind, n)).digest('base64') }));
process.on('disconnect', () => process.exit(0));
