import type { Asked } from '../core/platform-server.ts';

/** The access token of a Graph call: as bearer, or as parameter. */
export function tokenOf(asked: Asked): string | undefined {
  return /^Bearer (\S+)$/i.exec(asked.headers.authorization ?? '')?.[1] ?? asked.query.get('access_token') ?? undefined;
}
/** `/v26.0/123/messages` as ['123', 'messages']; an unversioned path means the app's oldest version, which works too. */
export const graphPath = (path: string): string[] =>
  path
    .replace(/^\/v\d+\.\d+(?=\/)/, '')
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);

/** The body as an object; null: it is none. */
export function jsonObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
export const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
