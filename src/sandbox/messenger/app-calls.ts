import type { Answer, Asked } from '../core/platform-server.ts';
import { tokenOf } from '../meta/bearer.ts';
import { appByToken } from './apps.ts';
import { refuse } from './errors.ts';
import { paramsOf } from './params.ts';
import type { MessengerState } from './state.ts';
import { ACCOUNT_STATES } from './states.ts';

const SCOPES = {
  page: ['pages_messaging', 'pages_manage_metadata', 'pages_show_list', 'pages_read_engagement'],
  instagram: ['instagram_basic', 'instagram_manage_messages', 'pages_manage_metadata', 'pages_show_list'],
} as const;
const DAY_S = 24 * 3600;

/** GET /debug_token (messenger.md 8.4): never expiring, but for what a lever says. */
function debugToken(state: MessengerState, input: string | null): Answer {
  const app = state.apps.find((a) => Object.values(a.tokens).includes(input ?? ''));
  const account = state.accounts.find((a) => app?.tokens[a.id] === input);
  if (!app || !account) return { status: 200, body: { data: { is_valid: false, scopes: [], error: { code: 190, message: 'Invalid OAuth access token.' } } } };
  const row = ACCOUNT_STATES[state.accountStates.get(account.id) ?? 'well'];
  const fault = row?.reads ? (refuse(row.refusal).body as { error: { code: number; error_subcode?: number; message: string } }).error : null;
  const dead = fault?.code === 190;
  const now = Math.floor(state.clock.now() / 1000);
  const data = {
    app_id: app.id,
    type: 'PAGE',
    application: `App ${app.id}`,
    is_valid: !dead,
    expires_at: 0,
    data_access_expires_at: now + 90 * DAY_S,
    scopes: SCOPES[account.object],
    granular_scopes: SCOPES[account.object].map((scope) => ({ scope, target_ids: [account.id] })),
    profile_id: account.pageId ?? account.id,
    user_id: '100000000000001',
    ...(dead ? { error: { code: fault.code, message: fault.message, ...(fault.error_subcode === undefined ? {} : { subcode: fault.error_subcode }) } } : {}),
  };
  return { status: 200, body: { data } };
}
/** What an app asks with its own token; null: not one of these calls. */
export async function appCall(state: MessengerState, asked: Asked, [node, edge]: readonly string[]): Promise<Answer | null> {
  const app = appByToken(asked, state.apps);
  if (node === 'debug_token' && edge === undefined) {
    const known = app ?? state.apps.find((a) => Object.values(a.tokens).includes(tokenOf(asked) ?? ''));
    return known ? debugToken(state, asked.query.get('input_token')) : refuse('token');
  }
  if (edge !== 'subscriptions') return null;
  if (!app) return refuse('token');
  if (app.id !== node) return refuse('node');
  if (asked.method === 'GET') return state.appSubscriptions.show(app, [...new Set(state.accounts.filter((a) => app.tokens[a.id] !== undefined).map((a) => a.object))]);
  const params = asked.method === 'POST' ? paramsOf(asked) : null;
  return params ? state.appSubscriptions.set(app, params.body) : refuse('parameter');
}
