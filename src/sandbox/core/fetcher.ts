/** What a platform finds when it fetches a file that a business names. */
export type Fetched =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'found'; readonly mimeType: string; readonly bytes: Buffer };
const MAX_BYTES = 110 * 1024 * 1024;
const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);
const TIMEOUT_MS = 10_000;

/**
 * A simulator calls nothing but this machine: what lies here (or leads here by `route`) is really fetched, what lies elsewhere is
 * trusted, and a host under `.invalid` (RFC 2606) is one that no platform can fetch from.
 */
export function createFetcher(route: (url: URL) => URL = (url) => url) {
  return async (address: string): Promise<Fetched> => {
    if (!URL.canParse(address)) return { kind: 'failed', status: 0 };
    const at = route(new URL(address));
    if (at.hostname.endsWith('.invalid')) return { kind: 'failed', status: 0 };
    if (!LOCAL.has(at.hostname)) return { kind: 'trusted' };
    try {
      const response = await fetch(at, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) return { kind: 'failed', status: response.status };
      const bytes = Buffer.from(await response.arrayBuffer());
      if (bytes.length > MAX_BYTES) return { kind: 'failed', status: response.status };
      return { kind: 'found', mimeType: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '', bytes };
    } catch {
      return { kind: 'failed', status: 0 };
    }
  };
}
export type Fetcher = ReturnType<typeof createFetcher>;
