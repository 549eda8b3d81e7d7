import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster, PartitionsOf, ProducerId } from './cluster.ts';
import { isPassing } from './passing-errors.ts';

/** The kind of coordinator in Kafka's protocol (FindCoordinator v1 and later); 0 is a consumer group's. */
const TRANSACTION = 1;
/** An open transaction holds `read_committed` consumers up: where its holder dies within the fence, no longer than this. */
const TRANSACTION_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 10_000;
const AGAIN_MS = { first: 2, most: 200 };

/**
 * Shuts out whoever wrote under this transactional id before, in each of these partitions, and gives the id to write under.
 *
 * A coordinator gives a newer epoch to whoever asks (InitProducerId) and refuses the older one's transactions, but the leader of a
 * partition learns of an epoch only by what is written there, and until then takes an older one's batch: one that a dead process sent,
 * or a sleeping one will send. So a transaction of nothing is ended in every partition: its markers bear the new epoch, and a batch of an
 * older one is refused from there on (INVALID_PRODUCER_EPOCH; org.apache.kafka.storage.internals.log.ProducerAppendInfo). The coordinator
 * gives the next id only when all markers are written, to all replicas that are in sync; so what the older one wrote lies before the end
 * offsets that are asked for after this, and stays as it is.
 *
 * An id whose 32,767 epochs are used up (two a fence) gets a new number, which does not shut the old one out: only then could a batch that is on
 * its way at that moment still come.
 */
export async function fence(cluster: Cluster, transactionalId: string, topics: readonly PartitionsOf[]): Promise<ProducerId> {
  const asked = { transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS };
  const first = await coordinated(cluster, transactionalId, (coordinator) => coordinator.initProducerId(asked));
  const mine = { transactionalId, producerId: first.producerId, producerEpoch: first.producerEpoch };
  await coordinated(cluster, transactionalId, (coordinator) => coordinator.addPartitionsToTxn({ ...mine, topics }));
  await coordinated(cluster, transactionalId, (coordinator) => coordinator.endTxn({ ...mine, transactionResult: false }));
  return coordinated(cluster, transactionalId, (coordinator) => coordinator.initProducerId(asked));
}

/** Asks the coordinator, whoever it is by now, until it has an answer. */
async function coordinated<T>(cluster: Cluster, transactionalId: string, ask: (coordinator: Broker) => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let wait = AGAIN_MS.first; ; wait = Math.min(2 * wait, AGAIN_MS.most))
    try {
      return await ask(await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: TRANSACTION }));
    } catch (error) {
      if (!isPassing(error) || performance.now() > until) throw error;
      await sleep(wait);
    }
}
