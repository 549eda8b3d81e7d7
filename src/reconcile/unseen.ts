import type { Adapters, Missed, VerifiedRequest } from '../../adapters/contract.ts';
import { providerOf } from '../../adapters/contract.ts';
import { eventId } from '../../schemas/index.ts';
import { seenAmong, seenKey } from '../inbound/seen.ts';
import type { Store } from '../store/port.ts';

export interface UnseenDeps {
  readonly adapters: Pick<Adapters, 'webhooks'>;
  readonly store: Pick<Store, 'read'>;
  readonly publicUrl: string;
}
export interface Listed extends Missed {
  readonly endpoint: string;
}

/** Of what a platform lists, those that hold something the gateway has not seen. What it can not read is passed on: the ingest parks it. */
export async function unseen(listed: readonly Listed[], deps: UnseenDeps): Promise<Listed[]> {
  const keys = listed.map((one) => {
    const request = {
      method: 'POST',
      url: new URL(one.url, deps.publicUrl),
      headers: one.headers,
      body: one.body,
      receivedAt: new Date(),
      keyId: '',
    } as unknown as VerifiedRequest;
    const { facts, rejects } = deps.adapters.webhooks(providerOf(one.endpoint))?.normalize(request) ?? { facts: [], rejects: [] };
    return rejects.length ? null : facts.map((fact) => seenKey(eventId(fact.idParts)));
  });
  const isSeen = await seenAmong(
    deps.store.read,
    keys.flatMap((of) => of ?? []),
  );
  return listed.filter((_, i) => {
    const of = keys[i];
    return of === null || of?.some((key) => !isSeen(key));
  });
}
