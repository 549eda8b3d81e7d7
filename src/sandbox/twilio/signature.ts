import { createHash, createHmac } from 'node:crypto';

type Form = Readonly<Record<string, string>>;
/** The address as given, then every parameter by name, name and value one after the other: HMAC-SHA1 in base64 (sms.md 1.6). */
export function twilioSignature(url: string, form: Form, authToken: string): string {
  const data = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + (form[name] ?? ''), url);
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64');
}
export interface Signed {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly type: string | null;
  readonly body: string;
  readonly signature: string;
}
const withQuery = (url: string, query: string) => `${url}${url.includes('?') ? '&' : '?'}${query}`;

/**
 * One webhook as it goes out. A form is signed with its parameters; by GET they stand in the address, which is signed alone; JSON is
 * signed by its hash in the address. The port stays as it was given.
 */
export function sign(hook: { readonly url: string; readonly method: 'GET' | 'POST'; readonly form: Form; readonly json?: object | undefined }, authToken: string): Signed {
  if (hook.json) {
    const body = JSON.stringify(hook.json);
    const url = withQuery(hook.url, `bodySHA256=${createHash('sha256').update(body).digest('hex')}`);
    return { url, method: 'POST', type: 'application/json', body, signature: twilioSignature(url, {}, authToken) };
  }
  const text = new URLSearchParams(hook.form).toString();
  if (hook.method === 'GET') {
    const url = withQuery(hook.url, text);
    return { url, method: 'GET', type: null, body: '', signature: twilioSignature(url, {}, authToken) };
  }
  return { url: hook.url, method: 'POST', type: 'application/x-www-form-urlencoded; charset=UTF-8', body: text, signature: twilioSignature(hook.url, hook.form, authToken) };
}
