import type { Answer } from '../core/platform-server.ts';
import { KINDS } from './content.ts';
import { type Fault, type RefusalCode, refuse } from './errors.ts';
import type { WhatsappLimits } from './limits.ts';
import { newWamid, type WhatsappNumber } from './numbers.ts';
import { phoneMeant } from './phone-numbers.ts';
import { type Fields, fields, first, isText, lengthOf, list, unless } from './rules.ts';
import { checkParameters, component } from './template-rules.ts';
import type { Template } from './templates.ts';

/** What the send rules must know of the platform's state, for the number that sends. */
export interface SendState {
  readonly number: WhatsappNumber;
  readonly limits: WhatsappLimits;
  readonly now: number;
  readonly registered: boolean;
  /** Until when free-form messages to this phone are allowed; 0: the customer never wrote. */
  windowOf(phone: string): number;
  phoneOfUser(userId: string): string | undefined;
  isBlocked(phone: string): boolean;
  hasMedia(id: string): boolean;
  typeOf(id: string): string | undefined;
  template(name: unknown, language: unknown): Template | undefined;
  /** A refusal that somebody asked for. */
  scripted(phone: string): { readonly code: RefusalCode; readonly late: boolean } | null;
}
export interface Accepted {
  readonly id: string;
  readonly phone: string;
  readonly byUser: boolean;
  readonly type: string;
  readonly text: string;
  readonly content: unknown;
  readonly opaque: unknown;
  /** Of a template. */
  readonly category: string | null;
  /** What it fails for after it was accepted. */
  readonly late: { readonly code: RefusalCode; readonly details: string } | null;
}
const CLOSED = 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.';
const TOO_MANY = 'Message failed to send because there were too many messages sent from this phone number in a short period of time.';
const TOO_MANY_TO_ONE = 'Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.';

function recipientOf(body: Fields, state: SendState): { phone: string; byUser: boolean; input: string } | NonNullable<Fault> {
  const [to, user] = [body.to, body.recipient];
  if (body.recipient_type === 'group') return [131041, 'The group is unknown or the business is no member of it'];
  if (body.recipient_type !== undefined && body.recipient_type !== 'individual') return [100, 'recipient_type must be individual or group'];
  if (to === undefined && user === undefined) return [131008, 'to or recipient is required'];
  // If both are present, `to` wins (whatsapp.md 2.17.4).
  if (to !== undefined) {
    const phone = isText(to) && /^[+\d\s()-]+$/.test(to) ? phoneMeant(to, { business: state.number.displayNumber, known: (p) => state.windowOf(p) > 0 }) : '';
    return /^\d{5,20}$/.test(phone) ? { phone, byUser: false, input: String(to) } : [131009, 'to is not a phone number'];
  }
  const phone = isText(user) ? state.phoneOfUser(user) : undefined;
  return phone === undefined ? [131009, 'recipient is not a user of this business portfolio'] : { phone, byUser: true, input: String(user) };
}
function checkTemplateSend(value: Fields, byUser: boolean, state: SendState): { fault: Fault; template?: Template } {
  const language = fields(value.language).code;
  if (!isText(value.name) || !isText(language)) return { fault: [131008, 'template.name and template.language.code are required'] };
  const template = state.template(value.name, language);
  if (!template || template.status === 'PENDING' || template.status === 'REJECTED') return { fault: [132001, `template name (${value.name}) does not exist in ${language}`] };
  const fault = first(
    unless(template.status !== 'PAUSED', 132015, 'Template is paused for its quality'),
    unless(template.status !== 'DISABLED', 132016, 'Template is disabled'),
    unless(!(byUser && template.category === 'AUTHENTICATION'), 131062, 'Authentication templates go to phone numbers only'),
    checkParameters(template.components, list(value.components)),
  );
  return { fault, template };
}
const templateText = (template: Template | undefined): string => String(component(template?.components ?? [], 'BODY')?.text ?? template?.name ?? '');

/** What is wrong with the message itself, whoever it goes to. */
function checkMessage(body: Fields, type: string, state: SendState): Fault {
  return first(
    Object.hasOwn(KINDS, type) || type === 'template' ? null : [131051, `Message type ${type} is not supported`],
    unless(body[type] !== undefined, 131008, `${type} is required`),
    KINDS[type]?.check(body[type], state) ?? null,
    unless(body.context === undefined || isText(fields(body.context).message_id), 131009, 'context.message_id is not valid'),
    unless(!(type === 'reaction' && body.context !== undefined), 131009, 'context is not allowed with a reaction'),
    unless(
      body.biz_opaque_callback_data === undefined || (isText(body.biz_opaque_callback_data) && lengthOf(body.biz_opaque_callback_data) <= 512),
      100,
      'biz_opaque_callback_data has more than 512 characters',
    ),
  );
}

/** The platform's rules for POST /{phone-number-id}/messages: rates are counted on arrival, then the request, the recipient, the window. */
export function checkSend(body: Fields, state: SendState): { answer: Answer; accepted?: Accepted } {
  const no = (fault: NonNullable<Fault>) => ({ answer: refuse(...fault) });
  if (!state.limits.throughput(state.number.phoneNumberId)) return no([130429, TOO_MANY]);
  if (!state.registered) return no([133010, 'The phone number is not registered on the Cloud API']);
  if (body.messaging_product !== 'whatsapp') return no([100, 'messaging_product must be whatsapp']);
  const to = recipientOf(body, state);
  if (!('phone' in to)) return no(to);
  const { phone, byUser, input } = to;
  const type = body.type === undefined ? 'text' : String(body.type);
  const content = body[type];
  const fault = checkMessage(body, type, state);
  if (fault) return no(fault);
  const { fault: templateFault, template } = type === 'template' ? checkTemplateSend(fields(content), byUser, state) : { fault: null, template: undefined };
  const scripted = state.scripted(phone);
  const refused = first(
    templateFault,
    unless(phone !== state.number.displayNumber, 131021, 'Recipient and sender are the same number'),
    unless(!state.isBlocked(phone), 130403, 'The business has blocked this user'),
    scripted && !scripted.late ? [scripted.code, 'It was asked for'] : null,
    unless(type === 'template' || state.windowOf(phone) > state.now, 131047, CLOSED),
  );
  if (refused) return no(refused);
  if (!state.limits.pair(state.number.phoneNumberId, phone)) return no([131056, TOO_MANY_TO_ONE]);
  const id = newWamid();
  const contact = byUser ? { input, user_id: input } : { input, wa_id: phone };
  return {
    answer: { status: 200, body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id, ...(template ? { message_status: 'accepted' } : {}) }] } },
    accepted: {
      id,
      phone,
      byUser,
      type,
      text: type === 'template' ? templateText(template) : (KINDS[type]?.text(content) ?? ''),
      content,
      opaque: body.biz_opaque_callback_data,
      category: template?.category ?? null,
      late: scripted?.late ? { code: scripted.code, details: 'It was asked for' } : null,
    },
  };
}
