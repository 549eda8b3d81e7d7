import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { senderOf } from '../_graph/messaging/graph-path.ts';
import { renderText } from '../_graph/messaging/render-text.ts';
import type { RenderContext, Rendered, Result } from '../contract.ts';
import { capabilities } from './limits.ts';

/** A PSID, or what an opt-in named before there was one. */
function addressee({ to }: RenderContext): Record<string, string> | null {
  if (to.type === 'psid') return { id: to.value };
  return to.type === 'user_ref' ? { user_ref: to.value } : null;
}

/** Content as calls of Messenger's Send API. */
export const render = (content: OutboundContent, context: RenderContext): Result<Rendered, Failure> =>
  renderText(content, context, { name: 'Messenger', node: senderOf(context.channel.account, context.channel.settings), recipient: addressee(context), text: capabilities.text });
