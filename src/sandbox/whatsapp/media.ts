import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Medium } from '../core/phones.ts';
import type { Answer } from '../core/platform-server.ts';
import { refuse } from './errors.ts';

interface Kept extends Medium {
  readonly until: number;
}
/** Lifetimes (whatsapp.md 6.1): an id from a webhook 7 days, a link 5 minutes. */
const WEBHOOK_ID_MS = 7 * 24 * 3_600_000;
const LINK_MS = 5 * 60_000;
const EXPIRED: Answer = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'URL signature expired' };
const LINK_PATH = '/whatsapp_business/attachments/';

/** Media of this platform by id, and the links that lead to their bytes for a while. */
export function createMedia({ clock, url }: { clock: Clock; url: () => string }) {
  const kept = new Map<string, Kept>();
  const links = new Map<string, string>();
  const link = (id: string): string => {
    const hash = randomBytes(16).toString('hex');
    const ext = Math.floor((clock.now() + LINK_MS) / 1000);
    links.set(hash, `${id} ${ext}`);
    return `${url()}${LINK_PATH}?mid=${id}&source=webhook&ext=${ext}&hash=${hash}`;
  };
  const find = (id: string): Kept | undefined => {
    const found = kept.get(id);
    return found && found.until > clock.now() ? found : undefined;
  };
  return {
    keep(medium: Medium): { id: string; url: string; sha256: string } {
      const id = `15${randomInt(10 ** 13, 10 ** 14 - 1)}`;
      kept.set(id, { ...medium, until: clock.now() + WEBHOOK_ID_MS });
      return { id, url: link(id), sha256: createHash('sha256').update(medium.bytes).digest('base64') };
    },
    has: (id: string) => find(id) !== undefined,
    lookUp(id: string): Answer {
      const found = find(id);
      if (!found) return refuse('node', 'media id');
      const sha256 = createHash('sha256').update(found.bytes).digest('hex');
      return { status: 200, body: { messaging_product: 'whatsapp', url: link(id), mime_type: found.mimeType, sha256, file_size: String(found.bytes.length), id } };
    },
    /** Needs the bearer token and a user agent (whatsapp.md 6.3); the caller has checked the token. */
    download(query: URLSearchParams): Answer {
      const [id, ext] = links.get(query.get('hash') ?? '')?.split(' ') ?? [];
      const found = id === undefined || id !== query.get('mid') || ext !== query.get('ext') || Number(ext) * 1000 <= clock.now() ? undefined : find(id);
      return found ? { status: 200, headers: { 'content-type': found.mimeType }, body: found.bytes } : EXPIRED;
    },
    expired: () => EXPIRED,
    isLink: (path: string) => path === LINK_PATH,
  };
}
export type WhatsappMedia = ReturnType<typeof createMedia>;
