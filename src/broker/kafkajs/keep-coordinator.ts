import { createRequire } from 'node:module';

/** So long a transaction coordinator is known; one that moved is found by the try after that. */
const KNOWN_MS = 1000;
/** The kind of coordinator in Kafka's protocol (FindCoordinator v1 and later); 0 is a consumer group's. */
const TRANSACTION = 1;

interface Asked {
  readonly groupId: string;
  readonly coordinatorType?: number;
}
interface Broker {
  readonly nodeId: number;
}
interface Cluster {
  findGroupCoordinator(asked: Asked): Promise<Broker>;
  /** Connects it where it is not. */
  findBroker(which: { readonly nodeId: number }): Promise<Broker>;
}

/**
 * kafkajs 2.2.4 asks the cluster for the coordinator of a transaction before each request to it, twice a transaction
 * (producer/eosManager): two of its five round trips. Kafka's own clients ask once, and again when a broker says that it is not the one.
 * What is known belongs to one client's cluster, and a relay whose send failed makes a new client, so a moved coordinator costs a second at most.
 */
export function keepCoordinator(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster') as { prototype: Cluster & { kept?: true } };
  if (prototype.kept) return;
  const original = prototype.findGroupCoordinator;
  const known = new WeakMap<Cluster, Map<string, { readonly nodeId: number; readonly until: number }>>();
  prototype.kept = true;
  prototype.findGroupCoordinator = async function (this: Cluster, asked: Asked) {
    if (asked.coordinatorType !== TRANSACTION) return original.call(this, asked);
    const mine = known.get(this) ?? new Map();
    known.set(this, mine);
    const kept = mine.get(asked.groupId);
    if (kept && performance.now() < kept.until)
      try {
        return await this.findBroker(kept);
      } catch {
        mine.delete(asked.groupId); // it left: who is it now?
      }
    const broker = await original.call(this, asked);
    mine.set(asked.groupId, { nodeId: broker.nodeId, until: performance.now() + KNOWN_MS });
    return broker;
  };
}
