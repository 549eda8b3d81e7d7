import type { Answer } from '../core/platform-server.ts';
import type { MessengerAccount } from './accounts.ts';
import { listThreads, messagesOf, pagingOf, showMessage, showThread } from './conversations.ts';
import { refuse } from './errors.ts';
import { parseFields } from './fields.ts';
import { showProfile } from './profile.ts';
import type { Call, MessengerState } from './state.ts';
import type { Thread } from './threads.ts';

/** GET /{page-id}/conversations, two calls a second (messenger.md 7 and 8.6). */
export function conversations(state: MessengerState, { app, accounts, asked }: Call): Answer {
  const platform = asked.query.get('platform');
  const [account] = platform === null ? accounts : accounts.filter((a) => a.object === (platform === 'instagram' ? 'instagram' : 'page'));
  if (!account) return refuse('parameter', 'platform');
  if (!state.limits.reads.take(account.id)) return refuse('readRate');
  const owns = (t: Thread) => state.routing.holds(app.id, account, t.person);
  return listThreads(state.threads.of(account), asked.query, { base: state.url(), self: `${state.url()}${asked.path}`, owns });
}
function feature(state: MessengerState, account: MessengerAccount): object {
  const several = state.apps.filter((a) => a.tokens[account.id] !== undefined).length > 1;
  return { hop_v2: account.routing !== undefined, msgr_multi_app: account.object === 'page' && several, ig_multi_app: account.object === 'instagram' && several };
}
/** The Page or account itself. `tasks` stands on /me/accounts alone: asked for here, it fails the call (messenger.md 8.4). */
function accountNode(state: MessengerState, account: MessengerAccount, fields: readonly { name: string }[]): Answer {
  if (fields.some((f) => f.name === 'tasks')) return refuse('unknownField', '(tasks)');
  const linked = state.accounts.find((a) => a.pageId === account.id);
  const own: Record<string, unknown> = {
    name: account.name,
    username: account.name,
    ...(account.object === 'instagram' ? { user_id: account.id } : {}),
    ...(linked ? { instagram_business_account: { id: linked.id, username: linked.name } } : {}),
    messaging_feature_status: feature(state, account),
  };
  return { status: 200, body: { ...Object.fromEntries(fields.filter((f) => f.name in own).map((f) => [f.name, own[f.name]])), id: account.id } };
}
/** GET of one node: a conversation or its messages, a message, a person's profile, the account. */
export function read(state: MessengerState, call: Call & { readonly mine: readonly MessengerAccount[] }, node: string, edge: string | undefined): Answer {
  const { asked, accounts, app, mine } = call;
  const fields = parseFields(asked.query.get('fields') ?? '');
  if (!fields) return refuse('parameter', 'fields');
  const thread = state.threads.byId(node);
  const found = state.threads.byMid(node);
  const owner = thread?.account ?? found?.thread.account;
  if (owner) {
    if (!mine.includes(owner)) return refuse('node');
    if (!state.limits.reads.take(owner.id)) return refuse('readRate');
    if (found) return found.message.gone ? refuse('deleted') : { status: 200, body: showMessage(found.thread, found.message, fields) };
    if (thread && edge === 'messages') return { status: 200, body: messagesOf(thread, fields, pagingOf(asked.query, `${state.url()}${asked.path}`)) };
    if (thread && edge === undefined) return { status: 200, body: showThread(thread, fields, { base: state.url(), isOwner: state.routing.holds(app.id, owner, thread.person) }) };
  }
  const known = mine.map((account) => ({ account, person: state.people.find(account, node) })).find(({ person }) => person);
  if (edge === undefined && known?.person) {
    const { account, person } = known;
    if (!state.usage.take(account, 'pages')) return refuse(account.object === 'page' ? 'pagesUse' : 'instagramUse');
    return showProfile(account, person, { fields: asked.query.get('fields'), picture: state.cdn.picture(node) });
  }
  const [account] = accounts;
  return account && edge === undefined ? accountNode(state, account, fields) : refuse('node');
}
