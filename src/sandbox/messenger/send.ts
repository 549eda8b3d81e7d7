import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { checkAttachments, type Outgoing } from './attachments.ts';
import { type Refusal, refuse } from './errors.ts';
import type { Person } from './people.ts';

export interface SendState {
  readonly account: MessengerAccount;
  readonly now: number;
  person(id: string): Person | undefined;
  hasAttachment(id: string): boolean;
}
export interface ToSend {
  readonly person: Person;
  readonly text?: string;
  readonly attachments: readonly Outgoing[];
  readonly metadata?: string;
  readonly replyTo?: string;
}
type Checked = { readonly no: Answer } | { readonly message: ToSend } | { readonly action: string; readonly person: Person };

const HOUR = 3_600_000;
const [WINDOW, HUMAN_WINDOW] = [24 * HOUR, 7 * 24 * HOUR];
const ACTIONS = new Set(['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']);
const TYPES = new Set(['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY']);
/** Code points on Messenger ("< 2000 characters"), bytes on Instagram (messenger.md 4.2 and 6). */
const MAX = { page: 2000, instagram: 1000 } as const;

const longText = (text: string, object: 'page' | 'instagram') => (object === 'page' ? [...text].length : Buffer.byteLength(text)) > MAX[object];

/** Whether this may be sent now, by window and tag (messenger.md 5). */
function late(body: Record<string, unknown>, person: Person, state: SendState): Refusal | undefined {
  const age = state.now - person.lastAt;
  const { messaging_type: type, tag } = body;
  if (tag !== undefined && (type !== 'MESSAGE_TAG' || tag !== 'HUMAN_AGENT')) return 'tag'; // the other tags ended on 2026-04-27
  if (type === 'MESSAGE_TAG' && tag === undefined) return 'parameter';
  if (tag === 'HUMAN_AGENT') return age <= HUMAN_WINDOW ? undefined : 'humanAgent';
  if (age <= WINDOW) return undefined;
  return state.account.object === 'page' ? 'window' : 'windowInstagram';
}

/** The platform's rules for POST /{page-id}/messages. */
export function checkSend(body: Record<string, unknown>, state: SendState): Checked {
  const no = (...why: Parameters<typeof refuse>): Checked => ({ no: refuse(...why) });
  const { object } = state.account;
  const id = objectOf(body.recipient).id;
  if (typeof id !== 'string' || id === '') return no('parameter', 'param recipient must be non-empty');
  const person = state.person(id);
  if (!person) return no(object === 'page' ? 'noUser' : 'noUserInstagram');
  const action = body.sender_action;
  if (action !== undefined && body.message !== undefined) return no('both');
  if (action !== undefined) return typeof action === 'string' && ACTIONS.has(action) ? { action, person } : no('parameter', 'param sender_action');
  if (body.messaging_type !== undefined && !(typeof body.messaging_type === 'string' && TYPES.has(body.messaging_type))) return no('parameter', 'param messaging_type');
  const message = objectOf(body.message);
  const { text, metadata } = message;
  const attachments = checkAttachments(message, state);
  if (!Array.isArray(attachments)) return { no: attachments as Answer };
  if (text === undefined && !attachments.length) return no('nothing');
  if (text !== undefined && attachments.length) return no('parameter', 'a message has text or an attachment');
  if (text !== undefined && (typeof text !== 'string' || text === '')) return no('empty');
  if (typeof text === 'string' && longText(text, object)) return no(object === 'page' ? 'tooLong' : 'tooLongInstagram');
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length >= 1000)) return no('parameter', 'param message[metadata]');
  const closed = late(body, person, state);
  if (closed) return no(closed);
  const replyTo = objectOf(body.reply_to).mid;
  return {
    message: {
      person,
      attachments,
      ...(typeof text === 'string' ? { text } : {}),
      ...(typeof metadata === 'string' ? { metadata } : {}),
      ...(typeof replyTo === 'string' ? { replyTo } : {}),
    },
  };
}
