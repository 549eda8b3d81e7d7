import { randomBytes } from 'node:crypto';
import type { Answer, Asked } from '../core/platform-server.ts';
import { allowedTo, type TwilioAccount } from './accounts.ts';
import { consentCall } from './consent-calls.ts';
import { refuse } from './errors.ts';
import { createMediaCalls } from './media-calls.ts';
import { feedbackCall, messageCall, messagesCall } from './message-calls.ts';
import { rfc2822 } from './messages.ts';
import { numberCall } from './number-calls.ts';
import { serviceCall } from './service-calls.ts';
import { ACCOUNT_STATES, type Call, type TwilioState } from './state.ts';
import { typingCall } from './typing-calls.ts';

const ACCOUNT = /^\/2010-04-01\/Accounts\/(AC[^/.]+)(?:\.json|(\/.*))?$/;
const MESSAGES = /^\/Messages(?:\/([A-Z]{2}[0-9a-f]{32})(?:\/(Media|Feedback)(?:\/(ME[0-9a-f]{32}))?)?)?(\.json)?$/;
const NUMBERS = /^\/(?:SMS\/)?(IncomingPhoneNumbers|ShortCodes)(?:\/([A-Z]{2}[0-9a-f]{32}))?\.json$/;
const SERVICES = /^\/v1\/Services(?:\/(MG[^/]+)(?:\/(\w+))?)?$/;
const CONTENT = /^\/v1\/Content(?:\/(HX[0-9a-f]{32}))?$/;
const TYPING = /^\/v[23]\/Indicators\/Typing(?:\.json)?$/;

/** One account's resource of 2010, and the newer hosts, which one base URL stands for. */
export function createRest(state: TwilioState) {
  const media = createMediaCalls(state);

  function inAccount(call: Call, path: string): Answer {
    const { account, asked } = call;
    if (path === '') return { status: 200, body: { sid: account.sid, friendly_name: account.sid, status: 'active', type: 'Full', date_created: rfc2822(0), uri: asked.path } };
    const [number, kind, numberSid] = NUMBERS.exec(path) ?? [];
    if (number !== undefined) return numberCall(state, call, { kind: kind as 'IncomingPhoneNumbers', sid: numberSid });
    const [whole, sid, edge, mediaSid, json] = MESSAGES.exec(path) ?? [];
    if (whole === undefined) return refuse(20404);
    if (sid === undefined) return messagesCall(state, call);
    const message = state.messages.find(account.sid, sid);
    if (!message) return refuse(20404);
    if (edge === 'Feedback') return feedbackCall(state, call, message);
    return edge === 'Media' ? media.call(asked, message, { sid: mediaSid, json: json !== undefined }) : messageCall(state, call, message);
  }
  function elsewhere(call: Call): Answer {
    const { path } = call.asked;
    const service = SERVICES.exec(path);
    if (service) return serviceCall(state, call, { sid: service[1], edge: service[2] });
    const content = CONTENT.exec(path);
    if (content) return state.contents.answer(call.asked, call.account, content[1]);
    if (path === '/v1/Consents/Bulk') return consentCall(state, call);
    return TYPING.test(path) ? typingCall(state, call) : refuse(20404);
  }
  function judged(account: TwilioAccount): Answer | null {
    const code = ACCOUNT_STATES[state.accountStates.get(account.sid) ?? 'well'];
    if (code !== null && code !== 20500) return refuse(code); // an internal error comes after the effect (message-calls.ts)
    return state.concurrency.take(account.sid) ? null : refuse(20429);
  }
  function answer(asked: Asked): Answer {
    const allowed = allowedTo(asked, state.accounts);
    const [first] = allowed;
    if (!first) return refuse(20003);
    const [whole, sid, path = ''] = ACCOUNT.exec(asked.path) ?? [];
    const account = whole === undefined ? first : allowed.find((a) => a.sid === sid);
    if (!account) return refuse(20404);
    const call = { asked, account, form: new URLSearchParams(asked.body.toString('utf8')) };
    return judged(account) ?? (whole === undefined ? elsewhere(call) : inAccount(call, path));
  }
  return (asked: Asked): Answer => {
    if (media.serves(asked.path)) return media.cdn(asked.path);
    const answered = answer(asked);
    return {
      ...answered,
      headers: { 'twilio-request-id': `RQ${randomBytes(16).toString('hex')}`, 'twilio-concurrent-requests': '1', 'twilio-request-duration': '0.020', ...answered.headers },
    };
  };
}
