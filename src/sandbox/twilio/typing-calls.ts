import type { Answer } from '../core/platform-server.ts';
import { jsonObject } from '../meta/bearer.ts';
import { schemeOf } from './addresses.ts';
import { refuse } from './errors.ts';
import type { Call, TwilioState } from './state.ts';

/** POST messaging.twilio.com/v2 and v3/Indicators/Typing.json (sms.md 3.6): about a message that came in on that channel. */
export function typingCall(state: TwilioState, { asked, account, form }: Call): Answer {
  if (asked.method !== 'POST') return refuse(20404);
  const body = jsonObject(asked.body) ?? Object.fromEntries(form);
  const [channel, sid] = [String(body.channel).toLowerCase(), String(body.messageId)];
  const message = state.messages.find(account.sid, sid);
  if (message?.direction !== 'inbound' || schemeOf(message.to) !== channel) return refuse(20404);
  return { status: 200, body: { success: true } };
}
