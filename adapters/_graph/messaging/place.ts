import { type Loose, Malformed, text, UnknownWord } from '../loose.ts';
import type { Made, Sink } from './product.ts';

/** Where an element stands: its account and path, and the entry that would hold it alone. */
export interface Place {
  readonly sink: Sink;
  readonly entry: Loose;
  readonly path: string;
  /** The element as its list holds it. */
  readonly element: unknown;
  /** An entry that holds this element and nothing else. */
  asEntry(element: unknown): unknown;
}

/** A body that holds this element alone, so that it can be read again later. */
const alone = ({ sink, element, asEntry }: Place): string => JSON.stringify({ object: sink.product.object, entry: [asEntry(element)] });

export function reject(place: Place, reason: string, code: 'malformed_element' | 'unknown_field' | 'unknown_status' = 'malformed_element'): void {
  const { product, rejects } = place.sink;
  const account = text(place.entry.id);
  rejects.push({ path: place.path, code, reason, element: alone(place), channelType: product.channel, ...(account === undefined ? {} : { account }) });
}

/** One element becomes one fact, or one reject with its own bytes. */
export function attempt(place: Place, read: () => Made & { readonly account: string }): void {
  const { product, facts } = place.sink;
  try {
    const made = read();
    facts.push({
      idParts: [product.channel, made.account, ...made.meaning],
      channelType: product.channel,
      account: made.account,
      addresses: made.addresses ?? [],
      ...(made.name === undefined ? {} : { name: made.name }),
      at: made.at ?? null,
      path: place.path,
      body: made.body,
    });
  } catch (error) {
    const reason = error instanceof Malformed ? error.message : 'the element could not be read';
    reject(place, reason, error instanceof UnknownWord ? error.code : 'malformed_element');
  }
}
