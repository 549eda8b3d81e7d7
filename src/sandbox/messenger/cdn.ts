import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Medium } from '../core/phones.ts';
import type { Answer } from '../core/platform-server.ts';

const PATH = '/cdn/';
const PICTURE = '/picture/';
/** Undocumented; days for pictures in practice (messenger.md 8.1). */
const LINK_MS = 3 * 24 * 3_600_000;
/** 1 by 1 pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** Pre-signed links to media and profile pictures: no token is needed, and they end. */
export function createCdn({ clock, url }: { clock: Clock; url: () => string }) {
  const files = new Map<string, Medium & { until: number }>();
  return {
    put(medium: Medium): string {
      const id = randomBytes(12).toString('hex');
      const until = clock.now() + LINK_MS;
      files.set(id, { ...medium, until });
      return `${url()}${PATH}${id}?oe=${Math.floor(until / 1000).toString(16)}`;
    },
    picture: (person: string): string => `${url()}${PICTURE}${person}?ext=${Math.floor((clock.now() + LINK_MS) / 1000)}`,
    serves: (path: string) => path.startsWith(PATH) || path.startsWith(PICTURE),
    get(path: string, query: URLSearchParams): Answer {
      if (path.startsWith(PICTURE)) {
        const alive = Number(query.get('ext')) * 1000 > clock.now();
        return alive ? { status: 200, headers: { 'content-type': 'image/png' }, body: PIXEL } : { status: 403, body: 'URL signature expired' };
      }
      const file = files.get(path.slice(PATH.length));
      if (!file || file.until <= clock.now()) return { status: 403, body: 'URL signature expired' };
      return { status: 200, headers: { 'content-type': file.mimeType }, body: file.bytes };
    },
  };
}
export type Cdn = ReturnType<typeof createCdn>;
