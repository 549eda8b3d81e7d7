import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { type AttachmentState, checkAttachments, type Outgoing } from './attachments.ts';
import { checkQuickReplies } from './buttons.ts';
import { refuse } from './errors.ts';
import { type Person, stateOf } from './people.ts';
import type { Personas } from './personas.ts';
import type { Choice, ThreadMessage, Threads } from './threads.ts';
import type { UtilityTemplates } from './utility-templates.ts';
import { typeFault, windowFault } from './window.ts';

export interface SendState {
  readonly account: MessengerAccount;
  readonly now: number;
  readonly threads: Threads;
  readonly personas: Personas;
  readonly templates: UtilityTemplates;
  readonly attachments: AttachmentState;
}
export interface ToSend {
  readonly text?: string;
  readonly attachments: readonly Outgoing[];
  readonly choices: readonly Choice[];
  readonly metadata?: string;
  readonly replyTo?: ThreadMessage;
}
type Body = Readonly<Record<string, unknown>>;
type Checked = { readonly no: Answer } | { readonly message: ToSend };

/** Code points on Messenger ("< 2000 characters"), bytes on Instagram (messenger.md 4.2 and 6). */
const MAX = { page: 2000, instagram: 1000 } as const;
const MAX_METADATA = 1000;
const NOTIFICATIONS = new Set(['REGULAR', 'SILENT_PUSH', 'NO_PUSH']);
/** First-party stickers: the Like in its three sizes (messenger.md 2.2). */
const STICKERS = new Set(['369239263222822', '369239343222814', '369239383222810']);
const tooLong = (text: string, object: 'page' | 'instagram') => (object === 'page' ? [...text].length : Buffer.byteLength(text)) > MAX[object];

/** What the message says, one of: text, attachments, a sticker, a template (messenger.md 4.2 and 4.5). */
async function contentOf(body: Body, state: SendState): Promise<{ no: Answer } | Pick<ToSend, 'text' | 'attachments' | 'choices'>> {
  const { account, templates } = state;
  const { object } = account;
  const message = objectOf(body.message);
  const { text, sticker_id: sticker, template } = message;
  if ((template !== undefined) !== (body.messaging_type === 'UTILITY'))
    return { no: refuse('parameter', 'a message template goes with messaging_type UTILITY, and nothing else does') };
  if (template !== undefined) {
    const fault = templates.fault(template, account);
    return fault === null ? { text: templates.textOf(template, account), attachments: [], choices: [] } : { no: refuse('parameter', fault) };
  }
  if (sticker !== undefined) {
    if (object === 'instagram' || !STICKERS.has(String(sticker))) return { no: refuse('parameter', 'param message[sticker_id]') };
    const own = { type: 'sticker', mimeType: 'image/png', size: 0, payload: { sticker_id: sticker }, choices: [] };
    return { attachments: [own], choices: [] };
  }
  const attachments = await checkAttachments(message, state.attachments);
  if (!Array.isArray(attachments)) return { no: attachments as Answer };
  if (text === undefined && !attachments.length) return { no: refuse('nothing') };
  if (text !== undefined && attachments.length) return { no: refuse('parameter', 'a message has text or an attachment') };
  if (text !== undefined && (typeof text !== 'string' || text === '')) return { no: refuse('empty') };
  if (typeof text === 'string' && tooLong(text, object)) return { no: refuse(object === 'page' ? 'tooLong' : 'content') };
  const replies = checkQuickReplies(message.quick_replies, object);
  if (replies.fault !== null) return { no: refuse('parameter', replies.fault) };
  if (object === 'instagram' && replies.choices.length && text === undefined) return { no: refuse('content', 'quick replies go with text') };
  return { ...(typeof text === 'string' ? { text } : {}), attachments, choices: [...replies.choices, ...attachments.flatMap((a) => a.choices)] };
}

/** The platform's rules for what is sent to one person, by POST /{page-id}/messages. `windowless`: a private reply, which has no window. */
export async function checkMessage(body: Body, person: Person, state: SendState & { windowless: boolean }): Promise<Checked> {
  const no = (...why: Parameters<typeof refuse>): Checked => ({ no: refuse(...why) });
  const { account } = state;
  const type = typeFault(body, account);
  if (type) return no(type, type === 'parameter' ? 'param messaging_type' : undefined);
  const message = objectOf(body.message);
  const { metadata } = message;
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length >= MAX_METADATA)) return no('parameter', 'param message[metadata]');
  if (body.notification_type !== undefined && !NOTIFICATIONS.has(String(body.notification_type))) return no('parameter', 'param notification_type');
  if (body.persona_id !== undefined && !state.personas.has(account, body.persona_id)) return no('parameter', 'param persona_id');
  const content = await contentOf(body, state);
  if ('no' in content) return content;
  const { mid } = objectOf(body.reply_to);
  const replyTo = mid === undefined ? undefined : state.threads.message(account, person, mid);
  if (mid !== undefined && !replyTo) return no('parameter', 'param reply_to[mid]');
  const closed = state.windowless ? null : windowFault(body, person, { account, now: state.now });
  if (closed) return no(closed);
  const { send } = stateOf(person);
  if (send && send !== 'gone') return no(send);
  return { message: { ...content, ...(typeof metadata === 'string' ? { metadata } : {}), ...(replyTo ? { replyTo } : {}) } };
}
