/** What the ledger holds of one contact, as far as the rule needs it. */
export interface Consent {
  readonly channel: string;
  readonly scope: string;
  readonly service: string;
  readonly state: 'opted_in' | 'opted_out';
  readonly source: string;
  readonly at: number;
  readonly until: number | null;
}
export interface ConsentQuestion {
  readonly channel: string;
  /** The messaging service that the channel sends through; '' for none. */
  readonly service: string;
  readonly marketing: boolean;
  readonly nowMs: number;
}

function covers(c: Consent, q: ConsentQuestion): boolean {
  switch (c.scope) {
    case 'all':
      return true;
    case 'sender':
      return c.channel === q.channel;
    case 'service': // Twilio keeps a STOP for all numbers of the messaging service
      return c.channel === q.channel || (c.service !== '' && c.service === q.service);
    case 'capped':
      return q.marketing && c.channel === q.channel;
    default: // marketing, and a platform's other categories of it: what a customer says on one channel holds on all
      return q.marketing;
  }
}

/** The entry that forbids the message; undefined: none does. */
export const forbidding = (consents: readonly Consent[], q: ConsentQuestion): Consent | undefined =>
  consents.find((c) => c.state === 'opted_out' && (c.until === null || c.until > q.nowMs) && covers(c, q));

/** In a word, for the preview. */
export function consentWord(consents: readonly Consent[], q: ConsentQuestion): 'opted_out' | 'capped' | 'opted_in' | 'not_recorded' {
  const against = forbidding(consents, q);
  if (against) return against.scope === 'capped' ? 'capped' : 'opted_out';
  return consents.some((c) => c.state === 'opted_in' && covers(c, { ...q, marketing: true })) ? 'opted_in' : 'not_recorded';
}
