import type { WebhookAdapter } from '../../adapters/contract.ts';
import type { Journal } from '../journal/port.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { addressOf } from './address-of.ts';
import { endpointOf } from './endpoints.ts';
import { keysFor } from './keys-for.ts';
import type { Refused, RefusedRing } from './refused-ring.ts';

export interface VerifyAgainDeps {
  adapterOf(provider: 'meta' | 'twilio'): WebhookAdapter | null;
  keyring(): Keyring;
  readonly journal: Journal;
  readonly publicUrl: URL;
  readonly ring: RefusedRing;
}
export type Verdict = { readonly state: 'accepted'; readonly offset: number } | { readonly state: 'refused'; readonly why: string };

/** Verifies a refused webhook with today's secrets and PUBLIC_URL; what holds now goes through the journal as any other, and leaves the ring. */
export async function verifyAgain(deps: VerifyAgainDeps, refused: Refused): Promise<Verdict> {
  const { url, target } = addressOf(deps.publicUrl, refused.url);
  const endpoint = endpointOf(refused.url.split('?')[0] ?? '');
  const adapter = endpoint && deps.adapterOf(endpoint.provider);
  if (!endpoint || !adapter) return { state: 'refused', why: 'no_adapter' };
  const request = { method: 'POST', url, target, headers: refused.headers, body: refused.body, receivedAt: new Date(refused.at) };
  const verdict = adapter.verify(request, keysFor(deps.keyring(), endpoint));
  if (!verdict.ok) return { state: 'refused', why: verdict.error };
  const offset = await deps.journal.append({
    receivedAt: refused.at,
    method: 'POST',
    url: refused.url,
    headers: refused.headers,
    body: refused.body,
    keyId: verdict.value.keyId,
    endpoint: endpoint.name,
    channel: endpoint.channel,
    origin: 'webhook',
  });
  deps.ring.remove(refused.id);
  return { state: 'accepted', offset };
}
