import type { Adapters, ChannelAdapter, Credentials, MediaRef, Provider } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';
import type { Examination, Examined } from './examine.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { MediaFault } from './media-fault.ts';
import { kindRule } from './media-kinds.ts';
import type { MediaStore, Staged } from './port.ts';

/** One file of one message and how its platform is asked; plain data. */
export interface FetchJob {
  readonly channel: {
    readonly type: ChannelType;
    readonly provider: Provider;
    readonly account: string;
    readonly baseUrl: string;
    readonly credentials: Credentials;
    readonly settings: Readonly<Record<string, unknown>>;
  };
  readonly ref: MediaRef;
  readonly kind: string;
  readonly declaredType: string | null;
  /** As the platform announced it, hex. */
  readonly sha256: string | null;
  /** The bytes that came last time and were not those announced: the same ones again are what there is. */
  readonly before: string | null;
}
export interface FetchDeps {
  readonly adapters: Adapters;
  readonly store: MediaStore;
  examine(file: Examination): Promise<Examined>;
  readonly signal: AbortSignal;
}
/** A link that needs longer is not one that ends. */
const WHOLE_MS = 300_000;

/** What the platform's API answered, as a fault of the file: its word on the id is final soon, trouble with the token or the platform is not. */
function asFault(error: unknown, adapter: ChannelAdapter): unknown {
  if (error instanceof MediaFault || (error as Error)?.name === 'AbortError') return error;
  const failure = adapter.classify(error);
  const words = failure.platformMessage === undefined ? 'The platform could not be asked for the file.' : `The platform says of the file: ${failure.platformMessage.slice(0, 200)}`;
  const final = failure.outcome === 'not_sent' && !failure.retryable && failure.scope !== 'channel';
  return new MediaFault(final ? 'missing' : 'later', words, { cause: error });
}

/** Of the configured base: its origin; without TLS (a proxy, a test) its host, whatever the port. */
function ownAddresses(baseUrl: string): (url: URL) => boolean {
  const base = new URL(baseUrl);
  return (url) => url.origin === base.origin || (base.protocol === 'http:' && url.protocol === 'http:' && url.hostname === base.hostname);
}

/** The hash of bytes that were not those announced, for the next attempt. */
export class OtherBytes extends MediaFault {
  readonly sha256: string;
  constructor(sha256: string) {
    super('later', 'The bytes are not those that the platform announced (their SHA-256 differs).');
    this.sha256 = sha256;
  }
}

/**
 * Fetches one file to the local disk, checks it against what was announced, and looks at it. The caller keeps or discards it; what
 * fails leaves nothing. Meta does not say what exactly its SHA-256 is of (whatsapp.md 4.4): bytes that differ from it twice alike are taken.
 */
export async function fetchFile(job: FetchJob, deps: FetchDeps): Promise<{ file: Staged; found: Examined & { filename: string | null; declaredType: string | null } }> {
  const adapter = deps.adapters.of(job.channel.type, job.channel.provider);
  if (!adapter?.fetchMedia) throw new MediaFault('refused', 'The channel has no files of its own.');
  const timeout = AbortSignal.timeout(WHOLE_MS);
  const signal = AbortSignal.any([deps.signal, timeout]);
  const { maxBytes } = kindRule(job.kind);
  try {
    const own = ownAddresses(job.channel.baseUrl);
    const open = (url: string, authorization?: string) => guardedFetch(url, { maxBytes, signal, exempt: own, ...(authorization === undefined ? {} : { authorization }) });
    const stream = await adapter.fetchMedia(job.ref, { ...job.channel, signal, own, open }).catch((error: unknown) => {
      throw asFault(error, adapter);
    });
    const file = await deps.store.stage(stream.body, { maxBytes, signal });
    try {
      const vouched = job.sha256 === file.sha256;
      if (job.sha256 !== null && !vouched && job.before !== file.sha256) throw new OtherBytes(file.sha256);
      const declaredType = job.declaredType ?? stream.type;
      const found = await deps.examine({ path: file.path, kind: job.kind, declaredType, vouched });
      return { file, found: { ...found, filename: stream.filename, declaredType } };
    } catch (error) {
      await file.discard();
      throw error;
    }
  } catch (error) {
    if (timeout.aborted) throw new MediaFault('later', `The file took longer than ${WHOLE_MS / 60_000} minutes.`);
    throw error;
  }
}
