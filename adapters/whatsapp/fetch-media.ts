import { graphGet } from '../_graph/graph-request.ts';
import type { Http } from '../_graph/http.ts';
import { text } from '../_graph/loose.ts';
import type { MediaOptions, MediaRef, MediaStream } from '../contract.ts';
import { MediaFault } from '../media-fault.ts';
import { versionOf } from './render.ts';

/** "Send the token only to hosts you trust" (whatsapp.md 6.3): Meta's own, and the base that the installation configured. */
const OWN = /(^|\.)(fbsbx\.com|fbcdn\.net|whatsapp\.net|facebook\.com)$/;
function authorizationFor(address: string, options: MediaOptions): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const own = (url.protocol === 'https:' && OWN.test(url.hostname)) || options.own(url);
  return own ? `Bearer ${options.credentials.accessToken ?? ''}` : undefined;
}
const open = (address: string, options: MediaOptions) => options.open(address, authorizationFor(address, options));

/** GET /{media-id} answers a link that lives 5 minutes; the id itself lives 7 days. */
async function freshLink(http: Http, id: string, options: MediaOptions): Promise<string> {
  const told = await graphGet(http, `/${versionOf(options.settings)}/${encodeURIComponent(id)}?phone_number_id=${encodeURIComponent(options.account)}`, options);
  const url = text(told.url);
  if (url === undefined) throw new MediaFault('later', 'WhatsApp gave no link to the file.');
  return url;
}

/** By the webhook's link while it lives, else by a fresh one; a link that is refused is asked for anew once. */
export async function fetchMedia(http: Http, { platformRef, url }: MediaRef, options: MediaOptions): Promise<MediaStream> {
  const byId = /^\d{1,40}$/.test(platformRef); // an old webhook may name the link alone
  const known = url ?? (byId ? null : platformRef);
  try {
    return await open(known ?? (await freshLink(http, platformRef, options)), options);
  } catch (error) {
    if (!byId || !(error instanceof MediaFault) || error.kind !== 'missing') throw error;
    return open(await freshLink(http, platformRef, options), options);
  }
}
