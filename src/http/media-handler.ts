import type { IncomingMessage, ServerResponse } from 'node:http';
import { FAILURES, type FailureCode } from '../../schemas/index.ts';
import type { MediaStore } from '../media/port.ts';
import { type Served, serveMedia } from '../media/serve-media.ts';
import { answer, refuse } from './answers.ts';

/** What stands behind a link: the file, that it is on its way, or why it is not to be had. */
export type Linked = { readonly file: Served } | 'pending' | { readonly failed: string };
/** Media links, once the store is there. */
export interface MediaAccess {
  valid(id: string, exp: number, sig: string): boolean;
  find(id: string): Promise<Linked>;
  /** Hurries the fetch; resolves when something became of it, or after `ms`. */
  settled(id: string, ms: number, signal: AbortSignal): Promise<void>;
  readonly media: MediaStore;
  observe(outcome: string): void;
}
export const MEDIA_PATH = /^\/media\/(md_[0-9a-z]{26,40})$/;
/** As long as a reader is kept waiting for a file that is on its way. */
const WAIT_MS = 10_000;
const RETRY_S = '5';
/** Readers at a time, of whom each may be slow; and those who wait. */
const MOST = 500;
const PRIVATE = { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };

function refuseWith(response: ServerResponse, code: FailureCode, detail: string): void {
  const { status, title, advice } = FAILURES[code];
  answer(response, { status, type: 'application/problem+json', body: JSON.stringify({ type: `urn:parlance:problem:${code}`, title, status, code, detail, advice }) }, PRIVATE);
}

/** GET and HEAD /media/{id}?exp=&sig= */
export function createMediaHandler(access: () => MediaAccess | null) {
  const state = { readers: 0 };
  async function found(media: MediaAccess, id: string, response: ServerResponse): Promise<Linked> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const linked = await media.find(id);
      const left = until - performance.now();
      if (linked !== 'pending' || left <= 0 || gone.signal.aborted) return linked;
      await media.settled(id, Math.min(left, 1000), gone.signal); // looked at again now and then: another process may have fetched it
    }
  }
  async function serve(media: MediaAccess, { id, exp }: { id: string; exp: number }, { request, response }: { request: IncomingMessage; response: ServerResponse }): Promise<void> {
    const linked = await found(media, id, response);
    if (response.destroyed) return;
    media.observe(linked === 'pending' ? 'pending' : 'failed' in linked ? 'failed' : 'served');
    if (linked === 'pending') return refuse(response, 'media_pending', { headers: { ...PRIVATE, 'retry-after': RETRY_S } });
    if ('failed' in linked) return refuseWith(response, 'media_failed', linked.failed);
    await serveMedia(request, response, { file: linked.file, media: media.media, maxAgeS: exp - Date.now() / 1000 });
  }
  return (id: string, request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 'method_not_allowed', { headers: { allow: 'GET, HEAD' } });
    const media = access();
    if (!media) return refuse(response, 'store_unavailable', { headers: { 'retry-after': RETRY_S } });
    const query = new URL(request.url ?? '/', 'http://media').searchParams;
    const exp = Number(query.get('exp'));
    if (!Number.isSafeInteger(exp) || !media.valid(id, exp, query.get('sig') ?? '')) return refuse(response, 'not_found'); // as of an id that nobody has
    if (exp * 1000 < Date.now()) return refuseWith(response, 'link_expired', `The link ended at ${new Date(exp * 1000).toISOString()}.`);
    if (state.readers >= MOST) return refuse(response, 'overloaded', { headers: { 'retry-after': RETRY_S } });
    state.readers++;
    void serve(media, { id, exp }, { request, response })
      .catch(() => (response.headersSent ? response.destroy() : refuse(response, 'store_unavailable', { headers: { 'retry-after': RETRY_S } })))
      .finally(() => {
        state.readers--;
      });
  };
}
