import type { Identity } from '../../schemas/index.ts';
import { graphRequest } from '../_graph/graph-request.ts';
import { graphUpload } from '../_graph/graph-upload.ts';
import type { Http } from '../_graph/http.ts';
import { type Loose, list, object, text } from '../_graph/loose.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { Call, SendOptions, Sent } from '../contract.ts';
import type { Upload, Uploaded, UploadTarget } from '../files.ts';
import { phone, userId } from './identity.ts';
import { versionOf } from './render.ts';

/** The names that an answer gives the recipient. */
function aliasesOf(answer: Loose): Identity[] {
  return list(answer.contacts).flatMap((item): Identity[] => {
    const c = object(item);
    const number = phone(c.wa_id);
    const user = userId(c.user_id);
    return [...(user ? [{ type: 'whatsapp_user' as const, value: user }] : []), ...(number ? [{ type: 'phone' as const, value: number }] : [])];
  });
}

/** One attempt. Throws PlatformRefusal for an answer that is no acceptance, axios's own error where none came. */
export async function send(http: Http, call: Call, options: SendOptions): Promise<Sent> {
  const { status, body, value, retryAfter } = await graphRequest(http, call, options);
  const platformId = text(object(list(value.messages)[0]).id);
  if (status < 200 || status >= 300 || platformId === undefined) throw new PlatformRefusal(status, body, retryAfter);
  return { platformId, aliases: aliasesOf(value), status, body };
}

/** One attempt at what is no message: {"success": true} is its answer. */
export async function signal(http: Http, call: Call, options: SendOptions): Promise<void> {
  const { status, body, value, retryAfter } = await graphRequest(http, call, options);
  if (status < 200 || status >= 300 || value.success !== true) throw new PlatformRefusal(status, body, retryAfter);
}

/** "media ID from POST /media: 30 days" (whatsapp.md 6.1). */
const MEDIA_ID_MS = 30 * 24 * 3_600_000;
/** POST /{phone-number-id}/media. "bare audio/ogg is not accepted": the type says the codec, which the plan has made sure of. Throws as `send`. */
export async function uploadMedia(http: Http, file: Upload, to: { readonly target: UploadTarget; readonly options: SendOptions }): Promise<Uploaded> {
  const type = file.mimeType === 'audio/ogg' ? 'audio/ogg; codecs=opus' : file.mimeType;
  const path = `/${versionOf(to.target.settings)}/${to.target.account}/media`;
  const { status, body, value, retryAfter } = await graphUpload(
    http,
    { path, fields: { messaging_product: 'whatsapp', type }, part: 'file', file: { ...file, mimeType: type } },
    to.options,
  );
  const platformId = text(value.id);
  if (status < 200 || status >= 300 || platformId === undefined) throw new PlatformRefusal(status, body, retryAfter);
  return { platformId, livesMs: MEDIA_ID_MS };
}
