import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { SendOptions } from '../contract.ts';
import type { Upload } from '../files.ts';
import { type GraphAnswer, graphRequest } from './graph-request.ts';
import type { Http } from './http.ts';

interface Form {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The name of the part that holds the file. */
  readonly part: string;
  readonly file: Upload;
}
/** What a quoted string of a part's head can not hold. */
const quoted = (text: string): string => text.replace(/["\\\r\n]/g, '_');

/** multipart/form-data of some fields and one file, streamed: the file is never in memory. Its length is known, since some of Meta's edges take no chunked body. */
export async function graphUpload(http: Http, { path, fields, part, file }: Form, options: SendOptions): Promise<GraphAnswer> {
  const boundary = `parlance${randomBytes(16).toString('hex')}`;
  const texts = Object.entries(fields).map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`);
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(part)}"; filename="${quoted(file.filename)}"\r\ncontent-type: ${file.mimeType}\r\n\r\n`;
  const before = Buffer.from(texts.join('') + head);
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  const bytes = await file.open();
  const body = Readable.from(
    (async function* () {
      yield before;
      yield* bytes;
      yield after;
    })(),
    { objectMode: false },
  );
  try {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(before.length + file.bytes + after.length) };
    return await graphRequest(http, { method: 'POST', path, contentType: 'application/json', body: '' }, options, { data: body, headers });
  } finally {
    bytes.destroy();
    body.destroy();
  }
}
