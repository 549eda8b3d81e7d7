import { camel, camelRest, isObject, type Loose, need, object, present, text } from '../loose.ts';
import { contentOf, holdsTemplate } from './content.ts';
import { beside, customerKey, type Item, opensWindow, type Reader, some, writer } from './item.ts';

/** Our own id in `metadata`, as `render` writes it: evidence that a call of ours arrived. */
const OWN = /^ms_[0-9a-z]+\.\d+\.\d+$/;
const TAKEN = ['mid', 'text', 'quick_reply', 'reply_to', 'attachments', 'referral', 'is_echo', 'is_unsupported'];
const OF_SENDER = ['app_id', 'metadata'];

const asOf = ({ standby, outbound }: Item) => (standby ? ('observed' as const) : outbound ? ('echo' as const) : ('received' as const));
const camelOf = (v: unknown): Loose | undefined => (isObject(v) ? (camel(v) as Loose) : undefined);

function platformOf(item: Item, attachments: readonly Loose[]): Loose | undefined {
  const m = item.event;
  const platform = present({
    ...camelRest(m, item.outbound ? [...TAKEN, ...OF_SENDER] : TAKEN),
    replyTo: camelRest(object(m.reply_to), ['mid']),
    quickReply: camelRest(object(m.quick_reply), ['payload']),
    attachments: attachments.length ? attachments : undefined,
  });
  return some({ ...platform, ...beside(item) });
}

function sent(item: Item, mid: string): ReturnType<Reader> {
  const m = item.event;
  const { content, attachments } = contentOf(m);
  const replyTo = text(object(m.reply_to).mid);
  const template = item.outbound && holdsTemplate(m);
  const metadata = text(m.metadata);
  const sender = present({ app: text(m.app_id), metadata });
  return {
    meaning: ['message', mid],
    body: present({
      kind: 'message' as const,
      as: asOf(item),
      platformId: mid,
      direction: item.outbound ? ('outbound' as const) : ('inbound' as const),
      content: template ? { type: 'outbound' as const, platform: camelRest(m, [...TAKEN.filter((key) => key !== 'text' && key !== 'attachments'), ...OF_SENDER]) } : content,
      replyTo: replyTo === undefined ? undefined : { platformId: replyTo },
      sender: item.outbound ? some(sender) : undefined,
      referral: camelOf(m.referral),
      platform: platformOf(item, template ? [] : attachments),
      ownId: item.outbound && metadata !== undefined && OWN.test(metadata) ? metadata : undefined,
      // Instagram's echoes name neither the app nor its metadata; nor does the list of a conversation.
      mayBeOurs: item.outbound && sender.app === undefined && metadata === undefined ? true : undefined,
      // A message with hop_context is Meta's own summary of a lead form: nobody wrote it.
      opensWindow: opensWindow(item) && item.item.hop_context === undefined,
    }),
  };
}

/** `message`: from the customer, or an echo; or that one was unsent. */
export const message: Reader = (item) => {
  customerKey(item);
  const mid = need(item.event.mid, 'message.mid');
  if (item.event.is_deleted !== true) return sent(item, mid);
  return { meaning: ['delete', mid], body: { kind: 'delete', target: mid, by: writer(item) } };
};

/** `postback`: a tapped button, menu item, ice breaker or Get Started. Old versions give no mid; on standby the payload is missing. */
export const postback: Reader = (item) => {
  const p = item.event;
  const [who, title] = [customerKey(item), text(p.title)];
  const platformId = text(p.mid) ?? ['postback', who, text(item.item.timestamp) ?? '', text(p.payload) ?? title ?? ''].join(':');
  return {
    meaning: ['message', platformId],
    body: present({
      kind: 'message' as const,
      as: item.standby ? ('observed' as const) : ('received' as const),
      platformId,
      direction: 'inbound' as const,
      content: present({ type: 'choice' as const, id: text(p.payload), title, from: 'postback' as const }),
      referral: camelOf(p.referral),
      platform: some({ ...camelRest(p, ['mid', 'title', 'payload', 'referral']), ...beside(item) }),
      opensWindow: opensWindow(item),
    }),
  };
};

/** `message_edit`: the whole new text. */
export const edit: Reader = (item) => {
  customerKey(item);
  const target = need(item.event.mid, 'message_edit.mid');
  const which = text(item.event.num_edit) ?? text(item.item.timestamp) ?? '';
  return { meaning: ['edit', target, which], body: { kind: 'edit', target, direction: item.outbound ? 'outbound' : 'inbound', content: contentOf(item.event).content } };
};
