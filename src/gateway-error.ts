import { FAILURES, type FailureCode } from '../schemas/index.ts';

/** The one error class. Callers see `code`, `title`, `advice` and the `detail` given for them; `cause` is for the log alone. */
export class GatewayError extends Error {
  readonly code: FailureCode;
  /** JSON pointer to the field at fault, where there is one. */
  readonly pointer: string | undefined;

  constructor(code: FailureCode, detail: string, options: { cause?: unknown; pointer?: string } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.pointer = options.pointer;
  }
  get status(): number {
    return FAILURES[this.code].status;
  }
  get retryable(): boolean {
    return FAILURES[this.code].retryable;
  }
}
