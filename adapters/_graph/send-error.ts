/** The platform answered, and not with an accepted message. */
export class PlatformRefusal extends Error {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  constructor(status: number, body: string, retryAfter?: string) {
    super(`the platform answered ${status}`);
    this.name = 'PlatformRefusal';
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}
/** Faults before a connection stood. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Whether a transport fault surely sent nothing: no connection stood, or it broke before the last byte of the request had left. Everything else (reset, time-out, cut answer) may have been taken. */
export function surelyNotSent(error: unknown): boolean {
  const fault = error as { code?: unknown; unsent?: unknown; cause?: { code?: unknown } } | null;
  return fault?.unsent === true || [fault?.code, fault?.cause?.code].some((code) => typeof code === 'string' && NOT_CONNECTED.has(code));
}
