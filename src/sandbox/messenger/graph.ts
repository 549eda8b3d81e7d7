import type { Answer, Asked } from '../core/platform-server.ts';
import { graphPath } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { appCall } from './app-calls.ts';
import { callerOf } from './apps.ts';
import { refuse } from './errors.ts';
import { moderate } from './moderation.ts';
import { paramsOf } from './params.ts';
import { conversations, read } from './reads.ts';
import { send } from './send-call.ts';
import type { Call, MessengerState } from './state.ts';
import { ACCOUNT_STATES } from './states.ts';
import { controlThread, isControl } from './thread-control.ts';
import { upload } from './upload-call.ts';

type Edge = (state: MessengerState, call: Call & { readonly account: MessengerAccount }) => Answer | Promise<Answer>;
/** Edges of a Page or account, by name and method; `*`: it judges the method itself. */
const EDGES: Readonly<Record<string, Edge>> = {
  'POST messages': send,
  'POST message_attachments': upload,
  'GET conversations': conversations,
  'POST personas': (state, { body, account }) => state.personas.edge('POST', body, account),
  'GET personas': (state, { body, account }) => state.personas.edge('GET', body, account),
  'POST message_templates': (state, { body, account }) => state.templates.edge('POST', body, account),
  'GET message_templates': (state, { body, account }) => state.templates.edge('GET', body, account),
  'POST moderate_conversations': (state, { body, account }) => moderate(body, account, state.people),
  '* messenger_profile': (state, { asked, body, account }) => (state.limits.settings.take(account.id) ? state.settings.edge(asked.method, body, account) : refuse('sendRate')),
  '* subscribed_apps': (state, { asked, app, body, account }) => {
    const given = body.subscribed_fields;
    return state.subscriptions.answer(asked, given === undefined ? null : Array.isArray(given) ? given.join(',') : String(given), { app, account });
  },
};
/** The accounts that a node of the path means: by id, by the linked Page, or `me`, the token's own. */
const accountsOf = (mine: readonly MessengerAccount[], node: string) => (node === 'me' ? mine : mine.filter((a) => a.id === node || a.pageId === node));

/** Profile settings and templates of a Page's node may be meant for its Instagram account. */
function meant(accounts: readonly MessengerAccount[], platform: unknown): MessengerAccount | undefined {
  return platform === 'instagram' ? accounts.find((a) => a.object === 'instagram') : accounts[0];
}

/** The Graph API as far as messaging needs it (messenger.md 4 to 10). */
export function createGraph(state: MessengerState) {
  async function answer(asked: Asked, call: Call, path: readonly string[]): Promise<Answer> {
    const [node = '', edge] = path;
    const accounts = accountsOf(call.accounts, node);
    const account = meant(accounts, call.body.platform);
    const row = ACCOUNT_STATES[state.accountStates.get((account ?? call.accounts[0])?.id ?? '') ?? 'well'];
    if (row?.reads) return refuse(row.refusal);
    const known = edge === undefined ? undefined : (EDGES[`${asked.method} ${edge}`] ?? EDGES[`* ${edge}`]);
    if (known && account) return known(state, { ...call, accounts, account });
    if (isControl(edge) && account) return controlThread(edge, asked.method, { state, app: call.app, account, body: call.body });
    const persona = edge === undefined ? state.personas.node(asked.method, node, call.accounts) : null;
    if (persona) return persona;
    return asked.method === 'GET' ? read(state, { ...call, accounts, mine: call.accounts }, node, edge) : refuse('node');
  }
  return async (asked: Asked): Promise<Answer> => {
    if (state.cdn.serves(asked.path)) return state.cdn.get(asked.path, asked.query);
    const path = graphPath(asked.path);
    const ofApp = await appCall(state, asked, path);
    if (ofApp) return ofApp;
    const caller = callerOf(asked, state.apps, state.accounts);
    if ('status' in caller) return caller;
    const params = paramsOf(asked);
    if (!params) return refuse('parameter', 'the body is neither JSON nor a form');
    const answered = await answer(asked, { ...caller, ...params, asked }, path);
    const [account] = caller.accounts;
    return account ? { ...answered, headers: { ...state.usage.headers(account), ...answered.headers } } : answered;
  };
}
