import type { Answer } from '../core/platform-server.ts';
import { checkCreate } from './create.ts';
import { refuse } from './errors.ts';
import { listMessages } from './list.ts';
import { isFinal, rfc2822, showMessage, type TwilioMessage } from './messages.ts';
import type { Call, TwilioState } from './state.ts';

/** "Wait at least a minute" before what is under way can be deleted (sms.md 3.6). */
const UNDER_WAY_MS = 60_000;

function create(state: TwilioState, { account, form }: Call): Answer {
  const { services, contents, optOuts, outgoing, clock, senders: everyone } = state;
  const senders = everyone.filter((s) => s.accountSid === account.sid);
  const checked = checkCreate(form, { account, senders, everyone, services, contents, now: clock.now(), optedOut: optOuts.has, lastSender: outgoing.lastSender });
  if ('no' in checked) return checked.no;
  if (!checked.create.byService && checked.create.sendAt === null && outgoing.full(checked.create.sender)) return refuse(21611);
  const message = outgoing.accept(checked.create);
  return state.accountStates.get(account.sid) === 'internal' ? refuse(20500) : { status: 201, body: showMessage(message) };
}
/** /Messages.json */
export function messagesCall(state: TwilioState, call: Call): Answer {
  const { asked, account } = call;
  if (asked.method === 'POST') return create(state, call);
  return asked.method === 'GET' ? listMessages(state.messages.of(account.sid), asked.query, asked.path) : refuse(20404);
}
/** Redaction by an empty Body, cancelling of what is scheduled (sms.md 3.6). */
function update(state: TwilioState, message: TwilioMessage, form: URLSearchParams): Answer {
  const status = form.get('Status');
  if (status !== null) {
    if (status !== 'canceled') return refuse(20001, 'Status must be canceled');
    if (!state.outgoing.cancel(message)) return refuse(30409);
  }
  if (form.get('Body') === '') message.body = '';
  return { status: 200, body: showMessage(message) };
}
/** /Messages/{Sid}.json */
export function messageCall(state: TwilioState, { asked, form }: Call, message: TwilioMessage): Answer {
  if (asked.method === 'GET') return { status: 200, body: showMessage(message) };
  if (asked.method === 'POST') return update(state, message, form);
  if (asked.method !== 'DELETE') return refuse(20404);
  if (message.status === 'scheduled' || (!isFinal(message) && state.clock.now() - message.updatedAt < UNDER_WAY_MS)) return refuse(20009);
  state.messages.remove(message);
  return { status: 204 };
}
/** /Messages/{Sid}/Feedback.json: the customer did what the message asked for. */
export function feedbackCall(state: TwilioState, { asked, account, form }: Call, message: TwilioMessage): Answer {
  const outcome = form.get('Outcome') ?? 'confirmed';
  if (asked.method !== 'POST') return refuse(20404);
  if (outcome !== 'confirmed' && outcome !== 'unconfirmed') return refuse(20001, 'Outcome');
  const date = rfc2822(state.clock.now());
  const uri = `/2010-04-01/Accounts/${account.sid}/Messages/${message.sid}/Feedback.json`;
  return { status: 201, body: { account_sid: account.sid, message_sid: message.sid, outcome, date_created: date, date_updated: date, uri } };
}
