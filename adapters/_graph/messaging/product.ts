import type { Fact, FactBody, Reject } from '../../facts.ts';
import type { Loose } from '../loose.ts';

/** What Messenger and Instagram differ in when they are read; all else is one platform, on one endpoint. */
export interface Product {
  readonly channel: 'messenger' | 'instagram';
  /** `object` of a body. */
  readonly object: 'page' | 'instagram';
  /** How its customers are addressed. */
  readonly customer: 'psid' | 'igsid';
  /** Who reads what comes as `changes[]`, by field. Fields of messaging come here too, from the dashboard's Test button. */
  readonly fields: Readonly<Record<string, ChangeReader>>;
}

/** What one element means; the walk makes the fact of it. `meaning` is the id from its third part on (ID_PARTS). */
export interface Made {
  readonly meaning: readonly string[];
  readonly body: FactBody;
  readonly at?: Date | null;
  readonly addresses?: Fact['addresses'];
  readonly name?: string | undefined;
}

/** One element of `changes[]`. */
export interface Change {
  readonly product: Product;
  readonly entryId: string;
  readonly entryTime: unknown;
  readonly field: string;
  readonly value: Loose;
}
export type ChangeReader = (change: Change) => Made;

/** Where the elements of one body go, in its order. */
export interface Sink {
  readonly product: Product;
  readonly facts: Fact[];
  readonly rejects: Reject[];
}
