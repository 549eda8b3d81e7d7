import { partsOf } from '../core/multipart.ts';
import type { Medium } from '../core/phones.ts';
import type { Asked } from '../core/platform-server.ts';
import { jsonObject } from '../meta/bearer.ts';

/** Parameters that are objects or lists; in a form or a query they stand as JSON text. */
const STRUCTURED = new Set(['recipient', 'message', 'reply_to', 'payload', 'thread_control', 'components', 'user_ids', 'actions']);
export interface Params {
  readonly body: Readonly<Record<string, unknown>>;
  /** `filedata` of a multipart upload. */
  readonly file?: Medium;
}
/** An id in such a place stays the text that it is: read as JSON it would lose digits. */
function unfold(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
const plain = (entries: Iterable<readonly [string, string]>): Record<string, unknown> =>
  Object.fromEntries([...entries].map(([name, value]) => [name, STRUCTURED.has(name) ? unfold(value) : value]));

/** Graph takes parameters in the query, as JSON, as form or as multipart alike; null: the body is none of these. */
export function paramsOf(asked: Asked): Params | null {
  const query = plain([...asked.query].filter(([name]) => name !== 'access_token' && name !== 'appsecret_proof'));
  const type = asked.headers['content-type'] ?? '';
  if (asked.body.length === 0) return { body: query };
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return { body: { ...query, ...plain(new URLSearchParams(asked.body.toString('utf8'))) } };
  if (!/^multipart\/form-data\b/i.test(type)) {
    const body = jsonObject(asked.body);
    return body && { body: { ...query, ...body } };
  }
  const parts = partsOf(type, asked.body);
  if (!parts) return null;
  const texts = parts.filter((p) => p.filename === undefined).map((p) => [p.name, p.bytes.toString('utf8')] as const);
  const data = parts.find((p) => p.name === 'filedata' && p.filename !== undefined);
  const body = { ...query, ...plain(texts) };
  return data ? { body, file: { mimeType: data.type ?? '', bytes: data.bytes } } : { body };
}
