/**
 * What kept a file from being had. `refused`: for good, whatever is tried again. `missing`: whoever should have it has it not, which
 * may be a race or an old link. `later`: trouble on the way.
 */
export type MediaFaultKind = 'refused' | 'missing' | 'later';

/** A file can not be had. `message` is in words for the reader of an event: without secrets and without an address of ours. */
export class MediaFault extends Error {
  readonly kind: MediaFaultKind;
  /** HTTP status of the answer that said so. */
  readonly status: number | undefined;
  constructor(kind: MediaFaultKind, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MediaFault';
    this.kind = kind;
    this.status = options.status;
  }
}
