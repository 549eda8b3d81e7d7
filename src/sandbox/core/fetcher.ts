/** What a platform finds when it fetches a file that a business names. */
export type Fetched = { readonly kind: 'trusted' } | { readonly kind: 'failed' } | { readonly kind: 'found'; readonly mimeType: string; readonly bytes: Buffer };
const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);
const TIMEOUT_MS = 10_000;
const MOST_REDIRECTS = 5;
const FAILED = { kind: 'failed' } as const;

/**
 * A simulator calls nothing but this machine: what lies here (or leads here by `route`) is really fetched, what lies elsewhere is
 * trusted, and a host under `.invalid` (RFC 2606) is one that no platform can fetch from.
 */
export function createFetcher(route: (url: URL) => URL = (url) => url) {
  async function look(named: URL, hops: number): Promise<Fetched> {
    const at = route(named);
    if (at.hostname.endsWith('.invalid')) return FAILED;
    if (!LOCAL.has(at.hostname)) return { kind: 'trusted' };
    const response = await fetch(at, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      return hops > 0 ? look(new URL(location, at), hops - 1) : FAILED;
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? { kind: 'found', mimeType: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '', bytes } : FAILED;
  }
  return async (address: string): Promise<Fetched> => {
    try {
      return await look(new URL(address), MOST_REDIRECTS);
    } catch {
      return FAILED;
    }
  };
}
export type Fetcher = ReturnType<typeof createFetcher>;
