import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { senderOf } from '../_graph/messaging/graph-path.ts';
import { renderText } from '../_graph/messaging/render-text.ts';
import type { RenderContext, Rendered, Result } from '../contract.ts';
import { capabilities } from './limits.ts';

/** Content as calls of Instagram's Send API: of the linked Page (Facebook Login) or of the account itself (Instagram Login); the host is the channel's base URL. */
export const render = (content: OutboundContent, context: RenderContext): Result<Rendered, Failure> =>
  renderText(content, context, {
    name: 'Instagram',
    node: senderOf(context.channel.account, context.channel.settings),
    recipient: context.to.type === 'igsid' ? { id: context.to.value } : null,
    text: capabilities.text,
  });
