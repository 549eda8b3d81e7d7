import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import { checkAttachments } from './attachments.ts';
import { refuse } from './errors.ts';
import { isMedia } from './media-rules.ts';
import type { Call, MessengerState } from './state.ts';

/** POST /{page-id}/message_attachments (messenger.md 8.2): with `platform: instagram` for the linked account. */
export async function upload(state: MessengerState, { accounts, body, file }: Call): Promise<Answer> {
  const account = accounts.find((a) => a.object === (body.platform === 'instagram' ? 'instagram' : 'page')) ?? accounts[0];
  if (!account) return refuse('node');
  const { attachment } = objectOf(body.message);
  if (!isMedia(objectOf(attachment).type)) return refuse('parameter', 'param message[attachment][type]');
  // An upload starts from bytes: an id is none.
  const checked = await checkAttachments({ attachment }, { platform: account.object, upload: () => undefined, file, store: state.cdn.put, fetch: state.fetch });
  if (!Array.isArray(checked)) return checked as Answer;
  const [found] = checked;
  if (found?.url === undefined) return refuse('attachmentType');
  return { status: 200, body: { attachment_id: state.uploads.keep({ account: account.id, type: found.type, mimeType: found.mimeType, url: found.url }) } };
}
