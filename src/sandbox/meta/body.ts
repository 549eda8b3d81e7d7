import { createHmac } from 'node:crypto';

/** JSON as Meta writes it: characters beyond ASCII as lower-case \u escapes, slashes escaped. The signature covers these bytes. */
export function metaJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\//g, '\\/');
}
export const metaSignature = (body: string, secret: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
