import type { Answer } from './platform-server.ts';

const TITLES = { not_found: 'Not found', invalid_request: 'Invalid request' } as const;

/** What the sandbox itself refuses; the platforms have words of their own. */
export const problem = (status: number, code: keyof typeof TITLES, detail: string): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: `urn:parlance:problem:${code}`, title: TITLES[code], status, code, detail }),
});

/** The body as a JSON object; null: it is none. An empty one is `{}`. */
export function objectIn(body: Buffer): Record<string, unknown> | null {
  if (!body.length) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
