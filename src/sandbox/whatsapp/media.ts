import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { partsOf } from '../core/multipart.ts';
import type { Medium } from '../core/phones.ts';
import type { Answer, Asked } from '../core/platform-server.ts';
import { refuse } from './errors.ts';
import { checkUpload } from './media-rules.ts';

interface Kept extends Medium {
  readonly until: number;
  /** The number that it was sent to, or uploaded with. */
  readonly number: string;
}
/** Lifetimes (whatsapp.md 6.1): an id from a webhook 7 days, from an upload 30, a link 5 minutes. */
const DAY_MS = 24 * 3_600_000;
const [WEBHOOK_ID_MS, UPLOAD_ID_MS, LINK_MS] = [7 * DAY_MS, 30 * DAY_MS, 5 * 60_000];
const EXPIRED: Answer = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'URL signature expired' };
const LINK_PATH = '/whatsapp_business/attachments/';
const SWEEP_EVERY = 500;

/** Media of this platform by id, and the links that lead to their bytes for a while. */
export function createMedia({ clock, url }: { clock: Clock; url: () => string }) {
  const kept = new Map<string, Kept>();
  const links = new Map<string, { id: string; ext: number }>();
  const link = (id: string): string => {
    const hash = randomBytes(16).toString('hex');
    const ext = Math.floor((clock.now() + LINK_MS) / 1000);
    links.set(hash, { id, ext });
    if (links.size % SWEEP_EVERY === 0) sweep();
    return `${url()}${LINK_PATH}?mid=${id}&source=webhook&ext=${ext}&hash=${hash}`;
  };
  /** What has expired is forgotten, so that a long run does not fill the memory. */
  function sweep(): void {
    const now = clock.now();
    for (const [hash, { ext }] of links) if (ext * 1000 <= now) links.delete(hash);
    for (const [id, { until }] of kept) if (until <= now) kept.delete(id);
  }
  const find = (id: string): Kept | undefined => {
    const found = kept.get(id);
    return found && found.until > clock.now() ? found : undefined;
  };
  function put(medium: Omit<Kept, 'until'>, livesMs: number): string {
    const id = `15${randomInt(10 ** 13, 10 ** 14 - 1)}`;
    kept.set(id, { ...medium, until: clock.now() + livesMs });
    return id;
  }
  return {
    /** What a customer sends. */
    keep(medium: Medium, number: string): { id: string; url: string; sha256: string } {
      const id = put({ ...medium, number }, WEBHOOK_ID_MS);
      return { id, url: link(id), sha256: createHash('sha256').update(medium.bytes).digest('base64') };
    },
    has: (id: string) => find(id) !== undefined,
    ownerOf: (id: string) => find(id)?.number,
    typeOf: (id: string) => find(id)?.mimeType,
    /** POST /{phone-number-id}/media (whatsapp.md 6.2). */
    upload(asked: Asked, number: string): Answer {
      const parts = partsOf(asked.headers['content-type'], asked.body);
      const text = (name: string) => parts?.find((p) => p.name === name && p.filename === undefined)?.bytes.toString('utf8');
      const file = parts?.find((p) => p.name === 'file');
      if (text('messaging_product') !== 'whatsapp') return refuse(100, 'The parameter messaging_product is required.');
      if (!file) return refuse(100, 'The parameter file is required.');
      const mimeType = text('type') ?? file.type ?? '';
      const fault = checkUpload(mimeType, file.bytes);
      return fault ? refuse(...fault) : { status: 200, body: { id: put({ mimeType, bytes: Buffer.from(file.bytes), number }, UPLOAD_ID_MS) } };
    },
    /** GET and DELETE /{media-id}; `phone_number_id` enforces ownership. */
    one(asked: Asked, id: string): Answer {
      const found = find(id);
      const asker = asked.query.get('phone_number_id');
      if (!found || (asker !== null && asker !== found.number)) return refuse(803, 'media id');
      if (asked.method === 'DELETE') {
        kept.delete(id);
        return { status: 200, body: { success: true } };
      }
      if (asked.method !== 'GET') return refuse(100);
      const sha256 = createHash('sha256').update(found.bytes).digest('hex');
      return { status: 200, body: { messaging_product: 'whatsapp', url: link(id), mime_type: found.mimeType, sha256, file_size: String(found.bytes.length), id } };
    },
    /** Needs the bearer token and a user agent (whatsapp.md 6.3); the caller has checked the token. */
    download(asked: Asked): Answer {
      if (!asked.headers['user-agent']) return { status: 403, body: '' };
      const { query } = asked;
      const to = links.get(query.get('hash') ?? '');
      if (!to || to.id !== query.get('mid') || String(to.ext) !== query.get('ext') || to.ext * 1000 <= clock.now()) return EXPIRED;
      const found = find(to.id);
      return found ? { status: 200, headers: { 'content-type': found.mimeType }, body: found.bytes } : EXPIRED;
    },
    expired: () => EXPIRED,
    isLink: (path: string) => path === LINK_PATH,
  };
}
export type WhatsappMedia = ReturnType<typeof createMedia>;
