import type { Failure } from '../../../schemas/index.ts';
import { refused } from '../../_content/check-content.ts';
import type { Call, RenderContext, Result, Signal } from '../../contract.ts';
import { graphVersionOf, senderOf } from './graph-path.ts';
import type { Way } from './native-call.ts';

/** Sender actions: what the customer wrote last is seen, or somebody writes, for 20 s or until the answer (messenger.md 4.4). */
export const renderSignal =
  (way: Way) =>
  ({ kind, typing }: Signal, context: RenderContext): Result<readonly Call[], Failure> => {
    const recipient = way.recipientOf(context);
    if (!recipient) return refused('unknown_recipient', `an address of kind ${context.to.type} can not be written to on ${way.name}`);
    const { account, settings } = context.channel;
    const path = `/${graphVersionOf(settings)}/${senderOf(account, settings)}/messages`;
    const actions = kind === 'typing' ? ['typing_on'] : typing ? ['mark_seen', 'typing_on'] : ['mark_seen'];
    const call = (action: string): Call => ({ method: 'POST', path, contentType: 'application/json', body: JSON.stringify({ recipient, sender_action: action }) });
    return { ok: true, value: actions.map(call) };
  };
