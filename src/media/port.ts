import type { Readable } from 'node:stream';

/** Bytes that came in, under the name that they give themselves. */
export interface Written {
  /** SHA-256 in lower-case hex: the same bytes have the same key, whoever sent them. */
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The first HEAD_BYTES at most. */
  readonly head: Buffer;
}
/** Bytes that came in whole and are not kept yet: they may be looked at under `path`. End with exactly one of keep and discard. */
export interface Staged extends Written {
  /** On the local disk. */
  readonly path: string;
  /** Durable under `key` once this resolves. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}
export interface WriteOptions {
  /** More is refused with MediaFault, as soon as it is seen. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}
/** Both ends inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
export const HEAD_BYTES = 8192;

/**
 * Where the bytes of media are. Content-addressed: a key never changes its bytes, writing what is there already is no fault, and two
 * media rows may share one key, so bytes are removed by `forgetMedia` alone, when no row refers to them. Nothing here ever holds a
 * whole file in memory. Faults of what is written are MediaFault; those of the disk or of S3 are thrown as they come.
 */
export interface MediaStore {
  /** Streams to the local disk, hashing on the way. Zero bytes, too many, and a source that breaks off are MediaFaults and leave nothing. */
  stage(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Staged>;
  /** stage and keep. */
  write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Written>;
  /** Rejects with MediaFault `missing` where there are none. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Null where there are none. */
  size(key: string): Promise<number | null>;
  /** The bytes under a path of the local disk for as long as `use` runs; the file must not be written to. */
  withFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /** No fault where they are gone already. */
  remove(key: string): Promise<void>;
  /** Whether it can be written to, in words. */
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;
  close(): Promise<void>;
}
