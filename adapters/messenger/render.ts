import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { compose } from '../_content/compose.ts';
import { nativeCall, type Way } from '../_graph/messaging/native-call.ts';
import type { RenderContext, Rendered, Result } from '../contract.ts';
import { capabilities } from './limits.ts';

export const WAY: Way = {
  name: 'Messenger',
  /** A PSID, or what an opt-in named before there was one. */
  recipientOf: ({ to: { type, value } }) => (type === 'psid' ? { id: value } : type === 'user_ref' ? { user_ref: value } : null),
};

/** Content as calls of Messenger's Send API. */
export const render = (content: OutboundContent, context: RenderContext): Result<Rendered, Failure> =>
  compose(content, context, { name: WAY.name, capabilities, native: nativeCall(WAY) });
