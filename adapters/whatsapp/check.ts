import { checkApp, found } from '../_graph/check-app.ts';
import { graphGet } from '../_graph/graph-request.ts';
import type { Http } from '../_graph/http.ts';
import { list, object, text } from '../_graph/loose.ts';
import type { CheckTarget, Finding, SendOptions } from '../contract.ts';
import { versionOf } from './render.ts';

/** Without these, messages, template states, restrictions, quality, opt-outs or hand-overs are missed. */
const FIELDS = ['messages', 'message_template_status_update', 'account_update', 'phone_number_quality_update', 'user_preferences', 'standby', 'messaging_handovers'] as const;

/** Whether the token reaches the number, and whether the account's webhooks come to us. */
export async function check(http: Http, target: CheckTarget, options: SendOptions): Promise<readonly Finding[]> {
  const version = versionOf(target.settings);
  const apps: string[] = [];
  const number = await found(
    'access token and number',
    async () => {
      const n = await graphGet(http, `/${version}/${target.account}?fields=id,display_phone_number,quality_rating`, options);
      return {
        check: 'access token and number',
        ok: true,
        access: true,
        detail: `${text(n.display_phone_number) ?? target.account}, quality ${text(n.quality_rating) ?? 'not told'}`,
      };
    },
    'check accessToken and phoneNumberId',
  );
  const account = target.businessAccount;
  if (account === null)
    return [number, { check: 'subscription of the account', ok: false, detail: 'set businessAccountId: without it nobody can see whether the account calls this app' }];
  const subscribed = await found(
    'subscription of the account',
    async () => {
      const all = list((await graphGet(http, `/${version}/${account}/subscribed_apps`, options)).data).map(object);
      for (const one of all) apps.push(text(object(one.whatsapp_business_api_data).id) ?? '');
      const elsewhere = all.map((one) => text(one.override_callback_uri)).find((url) => url !== undefined && !target.webhooks.includes(url));
      if (elsewhere)
        return { check: 'subscription of the account', ok: false, detail: `the account calls ${elsewhere}: POST /${account}/subscribed_apps without a body ends that` };
      return {
        check: 'subscription of the account',
        ok: all.length > 0,
        detail: all.length
          ? `${all.length} app(s)`
          : `no app is subscribed: POST /${account}/subscribed_apps with the system-user token; test deliveries work without it, real ones do not`,
      };
    },
    'the token needs whatsapp_business_management',
  );
  return [number, subscribed, await checkApp(http, { version, apps: apps.filter(Boolean), object: 'whatsapp_business_account', fields: FIELDS, target }, options)];
}
