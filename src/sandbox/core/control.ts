import type { Clock } from './clock.ts';
import { controlFaults } from './control-faults.ts';
import type { Lever, Phones, Written } from './phones.ts';
import type { Answer, Asked } from './platform-server.ts';
import { objectIn, problem } from './problem.ts';
import type { Steering } from './steering.ts';

const FORM = 'write { "from": "+447700900123", "text": "…", "name"?: "…", "to"?: "…", "media"?: [{ "mimeType": "image/png", "base64": "…" }] }, with a text or a medium';
const ROUTE = /^\/sandbox\/([a-z]+)\/([a-z-]+)$/;
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
function writtenOf(body: Buffer, takesContent: boolean): Written | null {
  const value = objectIn(body);
  const { from, text = '', name, to } = value ?? {};
  const media = mediaOf(value?.media);
  const content = takesContent && typeof value?.content === 'object' && value.content !== null ? { content: value.content as Record<string, unknown> } : {};
  if (typeof from !== 'string' || !/^\+?\d{3,20}$/.test(from) || typeof text !== 'string' || !media) return null;
  if ((text === '' && !media.length && !content.content) || (content.content && typeof content.content.type !== 'string')) return null;
  if (text.length > 20_000 || (to !== undefined && typeof to !== 'string')) return null;
  return { from, text, media, ...(typeof name === 'string' && name !== '' ? { name } : {}), ...(to === undefined ? {} : { to }), ...content };
}

export interface Controlled {
  readonly platforms: Readonly<Record<string, Phones>>;
  readonly steering: Steering;
  readonly clock: Clock;
}
const MOST_S = 366 * 86_400;

function controlClock(clock: Clock, asked: Asked): Answer {
  if (asked.method === 'POST') {
    const seconds = objectIn(asked.body)?.advanceSeconds;
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MOST_S)) return problem(400, 'invalid_request', `{ "advanceSeconds": 0 to ${MOST_S} }: time goes forward only`);
    clock.advance(seconds * 1000);
  } else if (asked.method !== 'GET') return problem(405, 'invalid_request', 'GET or POST');
  return { status: 200, body: { now: new Date(clock.now()).toISOString() } };
}
function controlPhones(phones: Phones, asked: Asked): Answer {
  if (asked.method === 'GET') return { status: 200, body: { messages: phones.shown(asked.query.get('phone') ?? '') } };
  if (asked.method !== 'POST') return problem(405, 'invalid_request', 'GET or POST');
  const written = writtenOf(asked.body, phones.takesContent === true);
  return written ? { status: 202, body: phones.write(written) } : problem(400, 'invalid_request', FORM);
}
function pull(lever: Lever, asked: Asked): Answer {
  if (asked.method !== 'POST') return problem(405, 'invalid_request', 'POST');
  const body = objectIn(asked.body);
  const done = body ? lever(body) : 'write a JSON object';
  return typeof done === 'string' ? problem(400, 'invalid_request', done) : { status: 202, body: done };
}
/** What is no platform's API but the sandbox's own: customers write, phones are looked at, faults and time are set. Null: not one of these routes. */
export function createControl({ platforms, steering, clock }: Controlled): (asked: Asked) => Answer | null {
  const words = Object.keys(platforms);
  return (asked) => {
    if (!asked.path.startsWith('/sandbox/')) return null;
    if (asked.path === '/sandbox/faults') return controlFaults(steering.faults, asked, words);
    if (asked.path === '/sandbox/clock') return controlClock(clock, asked);
    if (asked.path === '/sandbox/stats' && asked.method === 'GET') return { status: 200, body: steering.stats.show() };
    const [, name = '', what = ''] = ROUTE.exec(asked.path) ?? [];
    const phones = Object.hasOwn(platforms, name) ? platforms[name] : undefined;
    const levers = phones?.levers ?? {};
    const lever = Object.hasOwn(levers, what) ? levers[what] : undefined;
    if (lever) return pull(lever, asked);
    if (phones && what === 'messages') return controlPhones(phones, asked);
    const more = Object.keys(levers).map((l) => `/sandbox/${name}/${l}`);
    return problem(404, 'not_found', `the sandbox has ${[`/sandbox/{${words.join('|')}}/messages`, ...more, '/sandbox/faults', '/sandbox/clock', '/sandbox/stats'].join(', ')}`);
  };
}
