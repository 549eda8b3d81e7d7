import type { SendOptions } from '../../contract.ts';
import type { Upload, Uploaded, UploadTarget } from '../../files.ts';
import { graphUpload } from '../graph-upload.ts';
import type { Http } from '../http.ts';
import { isObject, text } from '../loose.ts';
import { PlatformRefusal } from '../send-error.ts';
import { graphVersionOf, nodeOf } from './graph-path.ts';
import { TYPE } from './native-message.ts';
import type { Product } from './product.ts';

/** "Uploaded attachment_ids expire after 90 days" and are usable by the same Page alone (messenger.md 8.2). */
const ATTACHMENT_MS = 90 * 24 * 3_600_000;

/** POST /{page-id}/message_attachments; for an Instagram account that the Page is linked to with `platform` (messenger.md 6). Throws as `send`. */
export async function uploadAttachment(
  http: Http,
  file: Upload,
  to: { readonly product: Product; readonly target: UploadTarget; readonly options: SendOptions },
): Promise<Uploaded> {
  const { account, settings } = to.target;
  const message = JSON.stringify({ attachment: { type: TYPE[file.kind], payload: { is_reusable: true } } });
  const fields = { ...(to.product.channel === 'instagram' ? { platform: 'instagram' } : {}), message };
  const path = `/${graphVersionOf(settings)}/${nodeOf(account, settings)}/message_attachments`;
  const { status, body, value, retryAfter } = await graphUpload(http, { path, fields, part: 'filedata', file }, to.options);
  const platformId = text(value.attachment_id);
  if (status < 200 || status >= 300 || platformId === undefined || isObject(value.error)) throw new PlatformRefusal(status, body, retryAfter);
  return { platformId, livesMs: ATTACHMENT_MS };
}
