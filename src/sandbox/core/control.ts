import type { Lever, Phones, Written } from './phones.ts';
import type { Answer, Asked } from './platform-server.ts';

const PROBLEM = { 'content-type': 'application/problem+json' };
const problem = (status: number, code: string, detail: string): Answer => ({
  status,
  headers: PROBLEM,
  body: JSON.stringify({ type: `urn:parlance:problem:${code}`, title: code === 'not_found' ? 'Not found' : 'Invalid request', status, code, detail }),
});
const FORM = 'write { "from": "+447700900123", "text": "…", "name"?: "…", "to"?: "…", "media"?: [{ "mimeType": "image/png", "base64": "…" }] }, with a text or a medium';
const ROUTE = /^\/sandbox\/([a-z]+)\/([a-z]+)$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function mediaOf(value: unknown): Written['media'] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > 10) return null;
  const media = value.map((item: unknown) => {
    const { mimeType, base64 } = (item ?? {}) as { mimeType?: unknown; base64?: unknown };
    const good = typeof mimeType === 'string' && /^[\w.+-]+\/[\w.+-]+/.test(mimeType) && typeof base64 === 'string' && BASE64.test(base64);
    return good ? { mimeType, bytes: Buffer.from(base64, 'base64') } : null;
  });
  return media.includes(null) ? null : (media as Written['media']);
}
function writtenOf(body: Buffer): Written | null {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(body.toString('utf8')) as typeof value;
  } catch {
    return null;
  }
  const { from, text = '', name, to } = value ?? {};
  const media = mediaOf(value?.media);
  if (typeof from !== 'string' || !/^\+?\d{3,20}$/.test(from) || typeof text !== 'string' || !media || (text === '' && !media.length)) return null;
  if (text.length > 20_000 || (to !== undefined && typeof to !== 'string')) return null;
  return { from, text, media, ...(typeof name === 'string' && name !== '' ? { name } : {}), ...(to === undefined ? {} : { to }) };
}

function pull(lever: Lever, asked: Asked): Answer {
  if (asked.method !== 'POST') return problem(405, 'invalid_request', 'POST');
  let body: unknown;
  try {
    body = JSON.parse(asked.body.toString('utf8'));
  } catch {
    body = null;
  }
  const done = typeof body === 'object' && body !== null && !Array.isArray(body) ? lever(body as Record<string, unknown>) : 'write a JSON object';
  return typeof done === 'string' ? problem(400, 'invalid_request', done) : { status: 202, body: done };
}

/** What is no platform's API but the sandbox's own: customers write, phones are looked at. Null: not one of these routes. */
export function createControl(platforms: Readonly<Record<string, Phones>>): (asked: Asked) => Answer | null {
  return (asked) => {
    if (!asked.path.startsWith('/sandbox/')) return null;
    const [, name, what = ''] = ROUTE.exec(asked.path) ?? [];
    const phones = name !== undefined && Object.hasOwn(platforms, name) ? platforms[name] : undefined;
    const levers = phones?.levers ?? {};
    if (phones && Object.hasOwn(levers, what)) return pull(levers[what] as Lever, asked);
    if (!phones || what !== 'messages') {
      const more = Object.keys(levers).map((l) => `, /sandbox/${name}/${l}`);
      return problem(404, 'not_found', `the sandbox has /sandbox/{${Object.keys(platforms).join('|')}}/messages${more.join('')}`);
    }
    if (asked.method === 'GET') return { status: 200, body: { messages: phones.shown(asked.query.get('phone') ?? '') } };
    if (asked.method !== 'POST') return problem(405, 'invalid_request', 'GET or POST');
    const written = writtenOf(asked.body);
    if (!written) return problem(400, 'invalid_request', FORM);
    return { status: 202, body: phones.write(written) };
  };
}
