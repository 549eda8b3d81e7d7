import type { VerifiedRequest, WebhookRequest } from '../../adapters/contract.ts';
import type { JournalRow } from '../journal/port.ts';

/** A webhook as the journal kept it. Its address is made when somebody asks for it: Meta's are read without (a class: see ReceivedRequest). */
class JournalledRequest implements WebhookRequest {
  readonly method: string;
  readonly headers: WebhookRequest['headers'];
  readonly body: Buffer;
  readonly receivedAt: Date;
  readonly keyId: string;
  readonly #line: string;
  readonly #publicUrl: string;
  constructor(row: JournalRow, publicUrl: string) {
    this.method = row.method;
    this.headers = row.headers;
    this.body = Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
    this.receivedAt = new Date(row.receivedAt);
    this.keyId = row.keyId;
    this.#line = row.url;
    this.#publicUrl = publicUrl;
  }
  get url(): URL {
    return new URL(this.#line.replace(/^\/+/, '/'), this.#publicUrl);
  }
}

/** The journal keeps the verdict beside the bytes, so what it gives back is verified. */
export const verifiedRequest = (row: JournalRow, publicUrl: string): VerifiedRequest => new JournalledRequest(row, publicUrl) as WebhookRequest as VerifiedRequest;
