import type { CommandType } from './commands.ts';
import type { InboundContent, OutboundContent } from './content.ts';
import type { EventType } from './events.ts';

/**
 * What each event type, content kind and command means, in which unit, and where its values come from. The published JSON Schemas and
 * AsyncAPI take their descriptions from here; a kind without its line does not compile.
 */
export interface Description {
  readonly meaning: string;
  /** Units of the numbers and times in it, where it has any beyond the envelope's. */
  readonly unit?: string;
  /** Who says so: the platform's webhook, the platform's answer, the gateway itself, or an operator. */
  readonly source: string;
}

export const describe = ({ meaning, unit, source }: Description): string => [meaning, ...(unit ? [`Units: ${unit}`] : []), `Source: ${source}`].join(' ');

export const EVENT_DESCRIPTIONS: Readonly<Record<EventType, Description>> = {
  'message.received': {
    meaning: 'A customer wrote to the business, or tapped a button, list row or postback. It opens or refreshes the reply window where the platform has one.',
    unit: 'windowExpiresAt, sentAt and receivedAt are ISO 8601 times; media sizes are bytes, durations milliseconds, dimensions pixels.',
    source: "the platform's webhook; sentAt is by the platform's clock, receivedAt by ours.",
  },
  'message.echo': {
    meaning: 'The business itself wrote, by another app than this gateway: the phone app, the page inbox, another integration. Calls for no answer.',
    source: "the platform's echo webhook (WhatsApp smb_message_echoes and message_echoes, Messenger is_echo).",
  },
  'message.observed': {
    meaning: 'A message in a conversation that another app owns. For reading along; answering it is refused by the platform until the thread is taken.',
    source: "the platform's standby webhook.",
  },
  'message.imported': {
    meaning: 'An old message that was brought in later. It opens no window and calls for no answer.',
    unit: 'sentAt is when it was written, often months before receivedAt.',
    source: 'coexistence history, a backfill older than 24 hours, or an import by API.',
  },
  'message.edited': {
    meaning: 'The text or caption of an earlier message was changed; message.content is the whole new content, edit.target the message that changed.',
    source: "the platform's webhook. It is published at once even where its original is not known yet.",
  },
  'message.deleted': {
    meaning: 'An earlier message was taken back for everyone; deletion.by says by whom.',
    source: "the platform's webhook (WhatsApp revoke, Messenger unsend).",
  },
  'message.reaction': { meaning: 'An emoji was put on a message, or removed again. A removal may not name the emoji.', source: "the platform's webhook." },
  'message.corrected': {
    meaning: 'An event published before was found to be incomplete or wrong; a published event never changes, so this completes it. corrects is its id, correction what differs.',
    unit: 'revision counts from 1 per corrected event.',
    source: 'the gateway: a replay of the journal, or media that came after its placeholder.',
  },
  'conversation.opened': {
    meaning: 'A customer came by an ad, a link or an opt-in without writing anything yet.',
    source: "the platform's referral or opt-in webhook, where it comes alone.",
  },
  'conversation.control': {
    meaning: 'Another app, or this one, became the owner of the thread, or asked for it.',
    source: "the platform's hand-over webhook; change, owner and previousOwner are its words.",
  },
  'contact.changed': {
    meaning: 'What is known of a contact changed: number, user id, name. With movedTo the conversation goes on under that older conversation and this subject ends.',
    source: "the platform's webhook, or the gateway where a webhook names two known conversations or an operator links contacts.",
  },
  'contact.consent': {
    meaning: 'The customer opted out of messages, or in again; scope says of which.',
    source: "the platform's preference webhook, a keyword in a message (keyword names it), or the platform's refusal of a send.",
  },
  'contact.activity': {
    meaning: 'The customer did something that is no message: a click, a call, a survey answer, an account link, a comment, a change of a group.',
    source: "the platform's webhook; activity.platform holds its own values, camel case.",
  },
  'contact.erased': {
    meaning: 'The contact was erased here. Consumers must erase what they hold of contact and conversation.',
    source: "an operator, or the platform's deletion request.",
  },
  'media.ready': {
    meaning: 'A file of an earlier message has been fetched and can be had at media.url.',
    unit: 'bytes, milliseconds, pixels.',
    source: 'the gateway, from the bytes themselves.',
  },
  'media.failed': { meaning: 'A file of an earlier message can not be had; reason says why.', source: 'the gateway, after its last attempt to fetch it.' },
  'message.status': {
    meaning: 'A message of ours went a step: status is the step told, current the state after it. Statuses come late and out of order; read current for the state.',
    unit: 'attempt and part count from 1; at is an ISO 8601 time.',
    source:
      "the platform's status webhook (sent, delivered, read, played, failed), or the gateway (queued, expired, canceled, unknown, and failed where it gives up or refuses itself).",
  },
  'channel.changed': {
    meaning: "Something about a connected number or its account changed: quality, limits, a template's status, a restriction, an expiring token, a lost subscription.",
    source: "the platform's account webhooks and value-level errors, or the gateway's own checks.",
  },
  'webhook.rejected': {
    meaning: 'A signed webhook, or one element of it, could not become an event. Nothing is lost: raw points at the bytes, retry says how to try again.',
    source: 'the gateway; code is of the closed table of failures.',
  },
  'command.rejected': {
    meaning: 'A command on the commands topic could not be accepted. commandId is the id of its CloudEvent; pointer names the field at fault.',
    source: 'the gateway; code is of the closed table of failures.',
  },
};

const media = 'bytes, milliseconds, pixels.';
const webhook = "the platform's webhook.";

export const CONTENT_DESCRIPTIONS: Readonly<Record<InboundContent['type'], Description>> = {
  text: { meaning: 'Text as typed, marks included; U+0000 is removed.', source: webhook },
  image: { meaning: 'A picture, with its caption.', unit: media, source: webhook },
  audio: { meaning: 'An audio file; a voice note is voice.', unit: media, source: webhook },
  voice: { meaning: 'A voice note, recorded in the app.', unit: media, source: "the platform's webhook (WhatsApp audio.voice)." },
  video: { meaning: 'A video, with its caption.', unit: media, source: webhook },
  document: { meaning: 'A file with its name.', unit: media, source: webhook },
  sticker: { meaning: 'A sticker; animated says whether it moves.', unit: media, source: webhook },
  location: { meaning: 'A place.', unit: 'degrees, WGS 84.', source: webhook },
  contacts: { meaning: "Shared contact cards, in the platform's order.", source: webhook },
  choice: {
    meaning: 'A tapped option. id is the one that the sender of the menu chose; from says what kind of menu it was.',
    source: "the platform's webhook; for numbered_reply the gateway, from the menu it had sent.",
  },
  form: { meaning: 'Answers of a flow or lead form: answers where they are an object, else text.', source: webhook },
  order: { meaning: 'A shopping cart from a catalogue.', unit: "price per item in the currency's major unit; currency is ISO 4217.", source: webhook },
  post: { meaning: 'A shared post, reel or story.', source: webhook },
  system: { meaning: 'A notice of the platform about the customer: number or id changed, security key changed.', source: webhook },
  unsupported: {
    meaning: "What the platform could not deliver or what this gateway does not know yet; platformType is the platform's own name, platform its own value.",
    source: webhook,
  },
  multi: { meaning: "Several contents in one message, in the platform's order.", source: webhook },
};

const sender = 'the sender of the command.';

export const OUTBOUND_DESCRIPTIONS: Readonly<Record<OutboundContent['type'], Description>> = {
  text: { meaning: "Text, sent verbatim; with format markdown it is put into the platform's marks.", source: sender },
  image: { meaning: 'A picture, by uploaded id or https URL.', source: sender },
  audio: { meaning: 'An audio file, by uploaded id or https URL.', source: sender },
  voice: { meaning: 'A voice note, by uploaded id or https URL.', source: sender },
  video: { meaning: 'A video, by uploaded id or https URL.', source: sender },
  document: { meaning: 'A file, by uploaded id or https URL; filename is what the customer sees.', source: sender },
  sticker: { meaning: 'A sticker, by uploaded id or https URL.', source: sender },
  location: { meaning: 'A place.', unit: 'degrees, WGS 84.', source: sender },
  contacts: { meaning: 'Contact cards.', source: sender },
  reaction: { meaning: 'An emoji on a message; an empty emoji removes it.', source: sender },
  choices: { meaning: 'A question with options, as buttons or list. The ids come back unchanged in a choice.', source: sender },
  cards: { meaning: 'A carousel of cards with buttons.', source: sender },
  link: { meaning: 'A text with one call-to-action button that opens url.', source: sender },
  template: { meaning: 'A template that the platform approved: name, language and components, or a Twilio content SID and variables.', source: sender },
  request: { meaning: 'Asks the customer for a location or a contact.', source: sender },
  raw: { meaning: "The platform's own JSON, sent as it is.", source: sender },
};

export const COMMAND_DESCRIPTIONS: Readonly<Record<CommandType, Description>> = {
  'message.send': {
    meaning: 'Send content to a recipient on a channel. (tenant, source, id) is the idempotency key: the same one sends once; with another body it is rejected.',
    unit: 'sendAt and expiresAt are ISO 8601 times; fallback.afterSeconds is seconds; metadata is at most 4 KB as JSON.',
    source: "the business's systems, on the commands topic or by POST /v1/messages.",
  },
  'message.read': {
    meaning: "Mark a customer's message as read; with typing also show that an answer is being written.",
    source: "the business's systems, on the commands topic.",
  },
  'conversation.typing': { meaning: 'Show the customer that an answer is being written, where the platform can.', source: "the business's systems, on the commands topic." },
  'message.cancel': { meaning: 'Withdraw a message that has not been sent yet; id is its ms_ id.', source: "the business's systems, on the commands topic." },
};
