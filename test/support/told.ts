import type { Fact } from '../../adapters/facts.ts';
import { eventId } from '../../schemas/index.ts';
import { seenKey } from '../../src/inbound/seen.ts';
import { toldKey } from '../../src/inbound/told-messages.ts';

/** Messages of these facts that the store would not find again by the platform's id: their event id is made of something else. */
export const notFoundAgain = (facts: readonly Fact[]): string[] =>
  facts.flatMap(({ body, idParts, channelType, account }) =>
    body.kind === 'message' && Buffer.compare(seenKey(eventId(idParts)), toldKey({ type: channelType, account }, body.platformId)) !== 0 ? [body.platformId] : [],
  );
