import type { CheckTarget, Finding, SendOptions } from '../../contract.ts';
import { checkApp, found } from '../check-app.ts';
import { graphGet } from '../graph-request.ts';
import type { Http } from '../http.ts';
import { list, object, text } from '../loose.ts';
import { graphVersionOf, nodeOf } from './graph-path.ts';
import type { Product } from './product.ts';

/** Without these something of what customers do is missed. `response_feedback` is left out on purpose: it puts thumbs under every message. */
const PAGE_FIELDS: readonly string[] = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
];
/** Spelt otherwise than those of a Page (messenger.md 1.1). */
const INSTAGRAM_FIELDS: readonly string[] = [
  'messages',
  'messaging_postbacks',
  'messaging_seen',
  'message_reactions',
  'message_edit',
  'messaging_referral',
  'messaging_handover',
  'standby',
];

/** Whether the token reaches the account, whether the app is installed on it, and what it has subscribed to. */
export async function checkAccount(http: Http, product: Product, how: { readonly target: CheckTarget; readonly options: SendOptions }): Promise<readonly Finding[]> {
  const { target, options } = how;
  const [version, node] = [graphVersionOf(target.settings), nodeOf(target.account, target.settings)];
  const fields = product.object === 'page' ? PAGE_FIELDS : INSTAGRAM_FIELDS;
  // A Page has a list of its own; an Instagram account gets what its app has subscribed to, once the app is installed.
  const ofPage = product.object === 'page' ? fields : ['messages'];
  const post = `POST /${node}/subscribed_apps?subscribed_fields=${ofPage.join(',')}`;
  const apps: string[] = [];
  const account = await found(
    'access token and account',
    async () => {
      const told = await graphGet(http, `/${version}/${target.account}?fields=id,${product.object === 'page' ? 'name' : 'username'}`, options);
      return { check: 'access token and account', ok: true, access: true, detail: text(told.name) ?? text(told.username) ?? target.account };
    },
    `check accessToken and ${product.object === 'page' ? 'pageId' : 'instagramId'}`,
  );
  const installed = await found(
    'app installed on the account',
    async () => {
      const all = list((await graphGet(http, `/${version}/${node}/subscribed_apps`, options)).data).map(object);
      for (const app of all) apps.push(text(app.id) ?? '');
      const have = new Set(all.flatMap((app) => list(app.subscribed_fields).map((f) => text(f) ?? text(object(f).name))));
      const missing = ofPage.filter((f) => !have.has(f));
      if (!all.length) return { check: 'app installed on the account', ok: false, detail: `nothing arrives: ${post}` };
      return { check: 'app installed on the account', ok: !missing.length, detail: missing.length ? `not subscribed: ${missing.join(', ')}; ${post}` : `${have.size} fields` };
    },
    'the token needs pages_manage_metadata',
  );
  return [account, installed, await checkApp(http, { version, apps: apps.filter(Boolean), object: product.object, fields, target }, options)];
}
