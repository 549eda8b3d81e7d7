import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

/** The markers of a transaction are written a few milliseconds after its end was answered; asked for longer than this, something else is wrong. */
const MOST_MS = 500;
const AGAIN_MS = 1;

interface Broker {
  addPartitionsToTxn(asked: object): Promise<unknown>;
}

/**
 * Until the markers of the last transaction are written a broker answers the first request of the next one with CONCURRENT_TRANSACTIONS.
 * Kafka's own clients ask again; kafkajs 2.2.4 calls the whole send failed, says so in its log, asks for the metadata of all topics and
 * groups the messages anew (producer/sendMessages). Here the one request is asked again.
 */
export function waitForMarkers(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: Broker & { waits?: true } };
  if (prototype.waits) return;
  const original = prototype.addPartitionsToTxn;
  prototype.waits = true;
  prototype.addPartitionsToTxn = async function (this: Broker, asked: object) {
    for (const until = performance.now() + MOST_MS; ; await sleep(AGAIN_MS))
      try {
        return await original.call(this, asked);
      } catch (error) {
        if ((error as { type?: unknown }).type !== 'CONCURRENT_TRANSACTIONS' || performance.now() > until) throw error;
      }
  };
}
