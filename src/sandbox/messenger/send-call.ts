import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import { type Recipient, recipientOf } from './recipient.ts';
import { checkMessage } from './send.ts';
import { act } from './sender-actions.ts';
import type { Call, MessengerState } from './state.ts';
import { ACCOUNT_STATES } from './states.ts';
import { inlineControl } from './thread-control.ts';

type Body = Call['body'];
/** Audio and video have a limit of their own. */
const isHeavy = (body: Body) => ['audio', 'video'].includes(String(objectOf(objectOf(body.message).attachment).type));

/** By a Page's node both its customers and those of its Instagram account are written to: the recipient decides. */
function accountFor(state: MessengerState, body: Body, accounts: readonly MessengerAccount[]): { account: MessengerAccount; recipient: Recipient | Answer } | null {
  const tried = accounts.map((account) => ({ account, recipient: recipientOf(body.recipient, { account, people: state.people, comments: state.comments }) }));
  return tried.find(({ recipient }) => 'person' in recipient) ?? tried[0] ?? null;
}
/** The pace of the account and its day (messenger.md 7), in the order in which they bite. */
function paceFault(state: MessengerState, body: Body, at: { account: MessengerAccount; comment: boolean }): Answer | null {
  const { account } = at;
  const { text, media, privateReplies } = state.limits;
  if (!(isHeavy(body) ? media : text).take(account.id) || (at.comment && !privateReplies.take(account.id)))
    return refuse(account.object === 'page' ? 'sendRate' : 'sendRateInstagram');
  return state.usage.take(account, 'messenger') ? null : refuse('readRate');
}
const stateFault = (state: MessengerState, body: Body, account: MessengerAccount) => {
  const row = ACCOUNT_STATES[state.accountStates.get(account.id) ?? 'well'];
  if (row === null || 'sends' in row) return null;
  const images = Array.isArray(objectOf(body.message).attachments);
  return 'only' in row && !images ? null : refuse(row.refusal);
};

/** POST /{page-id}/messages. */
export async function send(state: MessengerState, { app, accounts, body, file }: Call): Promise<Answer> {
  const to = accountFor(state, body, accounts);
  if (!to) return refuse('node');
  const { account, recipient } = to;
  const early = paceFault(state, body, { account, comment: 'by' in recipient && recipient.by === 'comment' }) ?? stateFault(state, body, account);
  if (early) return early;
  if (!('person' in recipient)) return recipient;
  const { person } = recipient;
  if (body.sender_action !== undefined) return body.message === undefined ? act(body, { account, person, threads: state.threads }) : refuse('both');
  if (!state.routing.holds(app.id, account, person)) return refuse(account.object === 'page' ? 'notOwner' : 'notOwnerInstagram');
  const control = inlineControl(body.thread_control, { state, app, account, person });
  if (!('run' in control)) return control;
  const attachments = { platform: account.object, upload: (id: string) => state.uploads.find(account.id, id), file, store: state.cdn.put, fetch: state.fetch };
  const checked = await checkMessage(body, person, { ...state, account, now: state.clock.now(), attachments, windowless: recipient.by === 'comment' });
  if ('no' in checked) return checked.no;
  const mid = state.deliver(checked.message, { account, person, appId: app.id });
  if (recipient.comment !== undefined) state.comments.answered(recipient.comment);
  control.run();
  if (state.accountStates.get(account.id) === 'sentAnyhow') return refuse('sentAnyhow');
  const [first] = checked.message.attachments;
  const reusable = first?.payload.is_reusable === true && first.url !== undefined ? { attachment_id: keep(state, account, first) } : {};
  return { status: 200, body: { ...(recipient.by === 'user_ref' ? {} : { recipient_id: person.id }), message_id: mid, ...reusable } };
}
const keep = (state: MessengerState, account: MessengerAccount, { type, mimeType, url = '' }: { type: string; mimeType: string; url?: string }): string =>
  state.uploads.keep({ account: account.id, type, mimeType, url });
