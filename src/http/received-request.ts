import type { IncomingMessage } from 'node:http';
import type { WebhookRequest } from '../../adapters/contract.ts';
import { addressOf } from './address-of.ts';

/**
 * A webhook as it came in. Its address is made when somebody asks for it: Meta's signature does not cover it. A class, because V8 makes a
 * hidden class for each object literal that has getters, and those outlive the object: a third of this thread's time went into it.
 */
export class ReceivedRequest implements WebhookRequest {
  readonly method: string;
  readonly headers: WebhookRequest['headers'];
  readonly body: Buffer;
  readonly receivedAt: Date;
  readonly #line: string;
  readonly #publicUrl: URL;
  #address: ReturnType<typeof addressOf> | null = null;
  constructor(request: IncomingMessage, body: Buffer, publicUrl: URL) {
    this.method = request.method ?? 'POST';
    this.headers = request.headers as WebhookRequest['headers'];
    this.body = body;
    this.receivedAt = new Date();
    this.#line = request.url ?? '/';
    this.#publicUrl = publicUrl;
  }
  get url(): URL {
    return this.#addressed().url;
  }
  get target(): string {
    return this.#addressed().target;
  }
  #addressed(): ReturnType<typeof addressOf> {
    this.#address ??= addressOf(this.#publicUrl, this.#line);
    return this.#address;
  }
}
