/** What can go wrong on request: on a webhook's way to the gateway, on a call's way to the platform, or in what the platform tells. */
export const FAULT_KINDS = {
  duplicate: 'a webhook comes twice, both at once',
  reorder: 'a webhook comes after the next one of its conversation (after 2 s where none follows)',
  delay: 'a webhook comes up to 3 s late',
  'lost-answer': 'the answer to a webhook is lost: the platform takes it for not delivered',
  'connection-refused': 'nobody listens on the port, in slots of 250 ms; an open connection is answered once more',
  'reset-after-write': 'a call takes effect, and the connection is reset in the place of an answer',
  'half-answer': 'a call takes effect, and its answer breaks off',
  '5xx-after-accept': 'a call takes effect, and is answered 503',
  'timeout-after-accept': 'a call takes effect, and is never answered',
  '200-without-id': 'a call takes effect, and its answer names no id',
  '429-burst': 'calls are refused with HTTP 429',
  '130429-burst': 'sends are refused for the throughput of the number',
  '131056-burst': 'sends are refused for the pace to one customer',
  '80007-burst': 'calls are refused for the rate of the business account',
  '20429-burst': 'calls are refused for the rate of the account',
  'wrong-signature': 'a webhook is signed with a secret that is nobody’s',
  'old-signature': 'a webhook is signed with the secret before the current one',
  'unknown-field': 'a webhook has properties that nobody knows',
  'unknown-type': 'a message or event has a type that nobody knows',
  'early-status': 'statuses come before the answer to the send',
  'late-status': 'statuses come 15 s late',
  'backwards-status': 'statuses come in the wrong order',
  'expired-media': 'ids and links of media have expired',
  'slow-media': 'the bytes of a file come slowly, over 4 s',
  'cut-media': 'the bytes of a file break off half-way',
  'token-revoked': 'calls are refused for their token',
  'webhooks-unsubscribed': 'no webhook is sent',
  'idle-closed': 'a connection is closed once it is idle for 20 ms, without a word',
} as const satisfies Record<string, string>;
export type FaultKind = keyof typeof FAULT_KINDS;

/** Codes that only one platform has. */
const ONLY: Partial<Record<FaultKind, readonly string[]>> = {
  '130429-burst': ['whatsapp'],
  '131056-burst': ['whatsapp'],
  '80007-burst': ['whatsapp'],
  '20429-burst': ['sms'],
};
const SYNONYMS: Readonly<Record<string, FaultKind>> = {
  reordered: 'reorder',
  'lost-webhook-answer': 'lost-answer',
  'loss-of-answer': 'lost-answer',
  'loss-of-the-webhooks-answer': 'lost-answer',
  refused: 'connection-refused',
  reset: 'reset-after-write',
  'half-an-answer': 'half-answer',
  'without-id': '200-without-id',
  'bad-signature': 'wrong-signature',
  'revoked-token': 'token-revoked',
  'webhook-unsubscribed': 'webhooks-unsubscribed',
  unsubscribed: 'webhooks-unsubscribed',
  'idle-connections-closed': 'idle-closed',
  'idle-connection-closed': 'idle-closed',
};
const isKind = (word: string): word is FaultKind => Object.hasOwn(FAULT_KINDS, word);

/** `130429`, `Duplicates`, `status_early`: the kind that is meant; null: there is none. */
export function kindOf(word: string): FaultKind | null {
  const plain = word
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const singular = plain.replace(/(statu|signature|field|type|duplicate|reorder|delay|answer|burst|webhook)(s|es)$/, (whole, stem: string) => (stem === 'statu' ? whole : stem));
  const turned = singular.replace(/^(.+)-(wrong|old|unknown|early|late|backwards|expired)$/, '$2-$1').replace(/^(status)(es)?-(early|late|backwards)$/, '$3-$1');
  const late = turned.replace(/-statuses$/, '-status');
  return [plain, singular, late, `${plain}-burst`, `${plain}-status`].find(isKind) ?? SYNONYMS[plain] ?? SYNONYMS[singular] ?? null;
}
export const appliesTo = (kind: FaultKind, channel: string): boolean => ONLY[kind]?.includes(channel) ?? true;
