import { comment } from '../_graph/messaging/changes.ts';
import type { Product } from '../_graph/messaging/product.ts';

export const instagram: Product = {
  channel: 'instagram',
  object: 'instagram',
  customer: 'igsid',
  fields: { comments: comment(() => 'comment'), live_comments: comment(() => 'live_comment'), mentions: comment(() => 'mention') },
};
