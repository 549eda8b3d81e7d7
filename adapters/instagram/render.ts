import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { compose } from '../_content/compose.ts';
import { nativeCall, type Way } from '../_graph/messaging/native-call.ts';
import type { RenderContext, Rendered, Result } from '../contract.ts';
import { capabilitiesOf } from './limits.ts';

export const WAY: Way = { name: 'Instagram', recipientOf: ({ to: { type, value } }) => (type === 'igsid' ? { id: value } : null) };

/** Content as calls of Instagram's Send API: of the linked Page (Facebook Login) or of the account itself (Instagram Login); the host is the channel's base URL. */
export const render = (content: OutboundContent, context: RenderContext): Result<Rendered, Failure> =>
  compose(content, context, { name: WAY.name, capabilities: capabilitiesOf(context.channel.settings), native: nativeCall(WAY) });
