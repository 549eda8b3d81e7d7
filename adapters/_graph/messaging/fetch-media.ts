import type { MediaOptions, MediaRef, MediaStream } from '../../contract.ts';
import { MediaFault } from '../../media-fault.ts';
import { graphGet } from '../graph-request.ts';
import type { Http } from '../http.ts';
import { list, object, text } from '../loose.ts';
import { graphVersionOf } from './graph-path.ts';

/** The link that the message's own node gives today (messenger.md 8.1); undefined where it gives none. */
async function freshLink(http: Http, { message, index }: MediaRef, options: MediaOptions): Promise<string | undefined> {
  if (message === null) return undefined;
  const told = await graphGet(http, `/${graphVersionOf(options.settings)}/${encodeURIComponent(message)}?fields=attachments`, options);
  const links = list(object(told.attachments).data).map((item) => {
    const a = object(item);
    return text(a.file_url) ?? text(object(a.image_data).url) ?? text(object(a.video_data).url);
  });
  return links[index];
}

/** Pre-signed links of the CDN: never with our token. A dead one is asked for anew once. */
export async function fetchMedia(http: Http, ref: MediaRef, options: MediaOptions): Promise<MediaStream> {
  try {
    return await options.open(ref.platformRef);
  } catch (error) {
    if (!(error instanceof MediaFault) || error.kind !== 'missing') throw error;
    const fresh = await freshLink(http, ref, options);
    if (fresh === undefined) throw error;
    return options.open(fresh);
  }
}
