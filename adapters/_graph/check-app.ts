import type { CheckTarget, Finding, SendOptions } from '../contract.ts';
import { graphGet } from './graph-request.ts';
import type { Http } from './http.ts';
import { list, object, text } from './loose.ts';
import { PlatformRefusal } from './send-error.ts';

/** A finding of one read: what the platform refused is said in its own words, shortened. */
export async function found(check: string, read: () => Promise<Finding>, fix: string): Promise<Finding> {
  try {
    return await read();
  } catch (error) {
    const told =
      error instanceof PlatformRefusal ? `the platform answers ${error.status} ${text(object(object(safe(error.body)).error).message)?.slice(0, 200) ?? ''}`.trim() : 'no answer';
    return { check, ok: false, detail: `${told}; ${fix}` };
  }
}
function safe(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/**
 * What the app has subscribed to for one kind of object, by GET /{app-id}/subscriptions with the app's own token (id and secret):
 * fields that are missing never arrive, and nothing tells so.
 */
export async function checkApp(
  http: Http,
  at: { version: string; apps: readonly string[]; object: string; fields: readonly string[]; target: CheckTarget },
  options: SendOptions,
): Promise<Finding> {
  const check = 'subscribed fields of the app';
  const unread = { check, ok: true, detail: `not checked: the platform does not tell them here; in the App Dashboard subscribe ${at.object} to ${at.fields.join(', ')}` };
  for (const app of at.apps)
    for (const secret of at.target.secrets) {
      const answer = await graphGet(http, `/${at.version}/${app}/subscriptions`, { ...options, credentials: { accessToken: `${app}|${secret}` } }).catch(() => null);
      const one = list(answer?.data)
        .map(object)
        .find((s) => text(s.object) === at.object);
      if (!answer) continue;
      if (!one)
        return {
          check,
          ok: false,
          detail: `the app has no subscription to ${at.object}: in the App Dashboard set the callback URL ${at.target.webhooks[0]} and subscribe ${at.fields.join(', ')}`,
        };
      const have = new Set(list(one.fields).map((f) => text(object(f).name) ?? text(f)));
      const missing = at.fields.filter((f) => !have.has(f));
      const callback = text(one.callback_url) ?? '';
      if (!at.target.webhooks.includes(callback))
        return { check, ok: false, detail: `the app calls ${callback}; set its callback URL to ${at.target.webhooks[0]}, or PUBLIC_URL to what it calls` };
      return {
        check,
        ok: !missing.length,
        detail: missing.length ? `not subscribed: ${missing.join(', ')}; subscribe them in the App Dashboard, nothing of these arrives` : `${have.size} fields, at ${callback}`,
      };
    }
  return unread;
}
