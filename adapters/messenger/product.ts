import { type Loose, text } from '../_graph/loose.ts';
import { activityField, channelField, comment } from '../_graph/messaging/changes.ts';
import type { Product } from '../_graph/messaging/product.ts';

/** An item of the Page's feed by its own word: comment, post, reaction, status, photo, video. */
const itemOf = (value: Loose): string => text(value.item) ?? 'feed';

export const messenger: Product = {
  channel: 'messenger',
  object: 'page',
  customer: 'psid',
  fields: {
    feed: comment(itemOf),
    group_feed: comment(itemOf),
    mention: comment(() => 'mention'),
    message_mention: activityField,
    leadgen: activityField,
    inbox_labels: activityField,
    conversations: activityField,
    calls: activityField,
    call_permission_reply: activityField,
    marketing_message_delivery_failed: activityField,
    message_template_status_update: channelField('template_status'),
    messenger_template_status_update: channelField('template_status'),
    messaging_integrity: channelField('integrity'),
  },
};
