import type { VerifiedRequest, WebhookRequest } from '../../adapters/contract.ts';
import type { JournalRow } from '../journal/port.ts';

/** A webhook as the journal kept it. Its address and headers are made when somebody asks for them: Meta's are read without (a class: see ReceivedRequest). */
class JournalledRequest implements WebhookRequest {
  readonly body: Buffer;
  readonly #row: JournalRow;
  readonly #publicUrl: string;
  constructor(row: JournalRow, publicUrl: string) {
    this.body = Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
    this.#row = row;
    this.#publicUrl = publicUrl;
  }
  get method(): string {
    return this.#row.method;
  }
  get headers(): WebhookRequest['headers'] {
    return this.#row.headers;
  }
  get receivedAt(): Date {
    return new Date(this.#row.receivedAt);
  }
  get keyId(): string {
    return this.#row.keyId;
  }
  get url(): URL {
    return new URL(this.#row.url.replace(/^\/+/, '/'), this.#publicUrl);
  }
}

/** The journal keeps the verdict beside the bytes, so what it gives back is verified. */
export const verifiedRequest = (row: JournalRow, publicUrl: string): VerifiedRequest => new JournalledRequest(row, publicUrl) as WebhookRequest as VerifiedRequest;
