import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/port.ts';
import type { MediaWorker } from './create-media-worker.ts';
import { MediaFault } from './media-fault.ts';
import type { MediaStore, Staged } from './port.ts';

export const UPLOAD_BYTES = 100 * 1024 * 1024;
const SILENCE_MS = 30_000;
const FORM = 'Send multipart/form-data with one part "file" that is a file: curl -F file=@voice.ogg';

interface Part {
  readonly stream: Readable;
  readonly filename: string | null;
  readonly type: string;
}
/** Hands over the one file of a form, as a stream; rejects where there is none, or more than one. */
function readForm<T>(request: IncomingMessage, take: (part: Part) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const bad = (detail: string) => reject(new GatewayError('invalid_request', detail, { pointer: '/file' }));
    let form: busboy.Busboy;
    try {
      form = busboy({
        headers: request.headers,
        limits: { files: 1, fields: 8, fieldSize: 1024, parts: 10, headerPairs: 50, fileSize: UPLOAD_BYTES + 1 },
        defParamCharset: 'utf8',
      });
    } catch {
      return bad(FORM);
    }
    let taken: Promise<T> | null = null;
    form.on('file', (name, stream, info) => {
      stream.on('error', () => {}); // whoever reads it is told; nobody need read it
      if (name !== 'file') {
        stream.resume();
        return bad(FORM);
      }
      taken = take({ stream, filename: info.filename ? info.filename.slice(0, 200) : null, type: info.mimeType });
      taken.catch((error: unknown) => {
        stream.resume(); // the rest of the form, so that the answer can be read
        reject(error);
      });
    });
    form.on('filesLimit', () => bad('One file a request.'));
    form.on('error', () => bad('The form could not be read.'));
    form.on('close', () => {
      if (taken) taken.then(resolve, reject);
      else bad(FORM);
    });
    request.once('close', () => request.complete || form.destroy(new Error('the sender left')));
    request.setTimeout(SILENCE_MS, () => request.destroy());
    request.once('end', () => request.setTimeout(0)); // from here on it is we who take time
    request.pipe(form);
  });
}
function asRefusal(error: unknown): unknown {
  if (!(error instanceof MediaFault)) return error;
  return new GatewayError(/larger than/.test(error.message) ? 'payload_too_large' : 'invalid_request', error.message, { pointer: '/file' });
}

export interface Upload {
  readonly id: string;
  readonly tenant: string;
  readonly store: Store;
  readonly media: MediaStore;
  readonly examine: MediaWorker['examine'];
  readonly hold: MediaWorker['hold'];
  readonly signal: AbortSignal;
}
async function admit(file: Staged, { filename, type }: Part, upload: Upload): Promise<void> {
  const { path: _path, head: _head, keep, discard: _discard, ...bytes } = file;
  const found = await upload.examine({ path: file.path, kind: 'any', declaredType: type, vouched: false });
  await upload.hold(file.key, async () => {
    await keep();
    const row = { ...bytes, ...found, id: upload.id, tenant: upload.tenant, filename, declaredType: type, nowMs: Date.now() };
    if (!(await upload.store.write('addUpload', row))) throw new GatewayError('overloaded', 'The same bytes are just being removed; send them again.');
  });
}

/** Takes one file of a form into the store, streaming; what is wrong with it is a refusal in words. Nothing is left of what fails. */
export async function receiveUpload(request: IncomingMessage, upload: Upload): Promise<void> {
  try {
    await readForm(request, async (part) => {
      const file = await upload.media.stage(part.stream, { maxBytes: UPLOAD_BYTES, signal: upload.signal });
      try {
        await admit(file, part, upload);
      } catch (error) {
        await file.discard();
        throw error;
      }
    });
  } catch (error) {
    throw asRefusal(error);
  }
}
