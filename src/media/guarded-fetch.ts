import dns from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { MediaStream } from '../../adapters/contract.ts';
import { MediaFault } from './media-fault.ts';
import { isPublicAddress } from './public-address.ts';
import { megabytes } from './stage-file.ts';

export interface FetchOptions {
  /** An answer that announces more is refused before a byte of it is read; MediaStore.stage bounds what is not announced. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Sent to the first origin alone: a redirect to another one goes without. */
  readonly authorization?: string;
  /** Addresses that may be private and without TLS: of a platform's own configured base. For inbound media only. */
  exempt?(url: URL): boolean;
  /** For tests. */
  readonly lookup?: typeof dns.lookup;
}
const REDIRECTS = 5;
const SILENCE_MS = 30_000;
const PRIVATE = 'The address is not one of the public internet.';
const agents = { 'http:': new http.Agent({ keepAlive: false }), 'https:': new https.Agent({ keepAlive: false }) }; // of our own: a proxy that the environment names is for the global ones

/** Resolves names for a connection; where any of the answers is not public, there is none. The check and the connection share one answer, so that a second one (DNS rebinding) is never asked for. */
export function guardedLookup(lookup: typeof dns.lookup = dns.lookup): LookupFunction {
  return (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      const all = found as unknown as { address: string; family: number }[];
      const [first] = all ?? [];
      if (error || !first) return done(error ?? new MediaFault('later', 'The host has no address.'), []);
      if (!all.every((a) => isPublicAddress(a.address))) return done(new MediaFault('refused', PRIVATE), []);
      if (options.all) return done(null, all);
      done(null, first.address, first.family);
    });
}

function checked(url: URL, options: FetchOptions): { free: boolean } {
  if (options.exempt?.(url)) return { free: true };
  if (url.protocol !== 'https:') throw new MediaFault('refused', 'The address is not an https one.');
  if (url.username || url.password) throw new MediaFault('refused', 'The address carries credentials.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !isPublicAddress(host)) throw new MediaFault('refused', PRIVATE);
  return { free: false };
}

const asFault = (error: unknown): unknown => {
  if (error instanceof MediaFault || (error as Error)?.name === 'AbortError') return error;
  return new MediaFault('later', `The host can not be reached (${(error as NodeJS.ErrnoException)?.code ?? 'no reason given'}).`, { cause: error });
};

function once(url: URL, options: FetchOptions, authorization: string | undefined): Promise<IncomingMessage> {
  const { free } = checked(url, options);
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http;
    const request = client.request(url, {
      agent: url.protocol === 'https:' ? agents['https:'] : agents['http:'],
      signal: options.signal,
      ...(free ? {} : { lookup: guardedLookup(options.lookup) }),
      // WhatsApp's hosts refuse a request without a user agent (platforms/whatsapp.md 6.3).
      headers: { 'user-agent': 'parlance', accept: '*/*', 'accept-encoding': 'identity', ...(authorization ? { authorization } : {}) },
    });
    request.setTimeout(SILENCE_MS, () => request.destroy(new MediaFault('later', 'The host was silent for 30 seconds.')));
    request.once('socket', (socket: Socket) =>
      socket.once('connect', () => {
        if (!free && !isPublicAddress(socket.remoteAddress ?? '')) request.destroy(new MediaFault('refused', PRIVATE));
      }),
    );
    request.once('error', (error) => reject(asFault(error)));
    request.once('response', resolve);
    request.end();
  });
}

function nameIn(disposition: string | undefined): string | null {
  const extended = /filename\*\s*=\s*UTF-8''([^;\s]{1,600})/i.exec(disposition ?? '')?.[1];
  try {
    if (extended) return decodeURIComponent(extended);
  } catch {
    // not what it says it is
  }
  return /filename\s*=\s*"([^"]{1,200})"/i.exec(disposition ?? '')?.[1] ?? /filename\s*=\s*([^;\s]{1,200})/i.exec(disposition ?? '')?.[1] ?? null;
}

/**
 * GETs a file from where it may be anybody's: https alone, public addresses alone (checked where the connection is made, on every
 * redirect), no proxy of the environment, no compressed answer, five redirects. `body` breaks off with MediaFault `later` where the
 * sender is silent. Throws MediaFault; aborts as `signal` does.
 */
export async function guardedFetch(address: string, options: FetchOptions): Promise<MediaStream> {
  if (!URL.canParse(address)) throw new MediaFault('refused', 'The address is not a URL.');
  const first = new URL(address);
  let url = first;
  let { authorization } = options;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await once(url, options, authorization);
    const { statusCode: status = 0, headers } = response;
    if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined) {
      response.destroy();
      if (!URL.canParse(headers.location, url.href)) throw new MediaFault('refused', 'A redirect leads to no address.');
      url = new URL(headers.location, url);
      if (url.origin !== first.origin) authorization = undefined; // for good, as browsers do
      continue;
    }
    if (status !== 200) {
      response.destroy();
      throw new MediaFault(status === 404 || status === 410 || status === 403 || status === 401 ? 'missing' : 'later', `The host answered ${status}.`, { status });
    }
    const encoding = headers['content-encoding'] ?? 'identity';
    const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
    const why =
      encoding !== 'identity' ? 'The answer is compressed.' : length !== null && length > options.maxBytes ? `The file is larger than ${megabytes(options.maxBytes)}.` : null;
    if (why) {
      response.destroy();
      throw new MediaFault('refused', why);
    }
    response.setTimeout(SILENCE_MS, () => response.destroy(new MediaFault('later', 'The host was silent for 30 seconds.')));
    return { body: response, type: headers['content-type'] ?? null, length, filename: nameIn(headers['content-disposition']) };
  }
  throw new MediaFault('refused', `More than ${REDIRECTS} redirects.`);
}
