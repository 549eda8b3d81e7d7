import { isUint32Array } from 'node:util/types';
import { constants, createGzip, gunzipSync, gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** At its fastest: the default level takes twice the time to make a batch of events a twentieth smaller. */
const level = constants.Z_BEST_SPEED;
/** The batches of a partition come to a few kilobytes; what does not fit is compressed by Node's own call. */
const MOST_BYTES = 128 * 1024;

/** What Node keeps behind a stream of zlib; the stream's own calls work in another thread, or once and no more. */
interface Behind {
  readonly _handle?: {
    writeSync?(flush: number, from: Buffer, fromAt: number, fromBytes: number, into: Buffer, intoAt: number, intoBytes: number): void;
    reset?(): void;
  };
  /** After a write: bytes that are left of `into`, and of `from`. */
  readonly _writeState?: Uint32Array;
}

/**
 * Compresses text after text with one deflate. `gzipSync` makes a stream for each, which costs as much as the compression of the few events
 * that a batch has for a partition, and which V8 keeps until it collects the whole heap: every second it did. Null where this Node has it
 * otherwise inside.
 */
export function createGzipper(stream: object = createGzip({ level })): ((text: Buffer) => Buffer | null) | null {
  const { _handle: handle, _writeState: left } = stream as Behind;
  const [write, reset] = [handle?.writeSync?.bind(handle), handle?.reset?.bind(handle)];
  if (!write || !reset || !isUint32Array(left)) return null;
  const into = Buffer.allocUnsafeSlow(MOST_BYTES);
  return (text) => {
    reset();
    write(constants.Z_FINISH, text, 0, text.length, into, 0, into.length);
    const [room = 0, rest = 0] = left;
    return room > 0 && rest === 0 ? Buffer.from(into.subarray(0, into.length - room)) : null;
  };
}

let used = false;
/**
 * gzip in the thread that asks, in place of the codec of kafkajs. That takes zlib's default level and a stream in another thread for each
 * partition, which for the few events that a batch has for one costs seven times the compression itself. The thread is the broker's own:
 * nobody waits there for anything else.
 */
export function useFastGzip(): void {
  if (used) return;
  used = true;
  const gzip = createGzipper();
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: async ({ buffer }: { readonly buffer: Buffer }) => gzip?.(buffer) ?? gzipSync(buffer, { level }),
    decompress: async (bytes: Buffer) => gunzipSync(bytes),
  });
}
