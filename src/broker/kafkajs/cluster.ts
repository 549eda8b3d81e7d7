import { createRequire } from 'node:module';
import type { Client } from './client.ts';

/** Who writes: what a coordinator gives for a transactional id (InitProducerId). */
export interface ProducerId {
  readonly producerId: string;
  readonly producerEpoch: number;
}
export interface PartitionsOf {
  readonly topic: string;
  readonly partitions: readonly number[];
}
export interface ProduceMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface ProduceAsked extends ProducerId {
  readonly acks: number;
  /** How long a broker waits for its replicas, in ms. */
  readonly timeout: number;
  readonly compression: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly firstSequence: number; readonly messages: readonly ProduceMessage[] }[];
  }[];
}
/** What a broker says of a partition of a produce request; 0 is no error. */
export interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: string;
}
export interface ProduceAnswer {
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly PartitionAnswer[] }[];
}
interface Request {
  readonly request: unknown;
  readonly response: { readonly decode: unknown };
}
/** As much of a broker of kafkajs 2.2.4 as a producer of ours asks. */
export interface Broker {
  initProducerId(asked: { readonly transactionalId: string; readonly transactionTimeout: number }): Promise<ProducerId>;
  addPartitionsToTxn(asked: ProducerId & { readonly transactionalId: string; readonly topics: readonly PartitionsOf[] }): Promise<unknown>;
  endTxn(asked: ProducerId & { readonly transactionalId: string; readonly transactionResult: boolean }): Promise<unknown>;
  lookupRequest(apiKey: number, definition: unknown): (asked: ProduceAsked) => Request;
  readonly connectionPool: { send(request: unknown): Promise<unknown> };
}
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findGroupCoordinator(asked: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>;
  findBroker(which: { readonly nodeId: number }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
}
type Create = (options: { readonly metadataMaxAge: number; readonly allowAutoTopicCreation: boolean; readonly maxInFlightRequests: number | null }) => Cluster;

/** The connections of a client of their own, as each producer of kafkajs has them; the client keeps what makes them under a symbol. */
export function clusterOf(client: Client): Cluster {
  const name = Object.getOwnPropertySymbols(client).find((symbol) => symbol.description === 'private:Kafka:createCluster');
  const create = name && (client as unknown as Record<symbol, Create>)[name];
  if (!create) throw new Error('this is not the kafkajs 2.2.4 that package-lock.json names: its client makes no cluster');
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
}

const require = createRequire(import.meta.url);
const { Produce: PRODUCE } = require('kafkajs/src/protocol/requests/apiKeys') as { Produce: number };
const { requests } = require('kafkajs/src/protocol/requests') as { requests: { readonly Produce: unknown } };
export const { createErrorFromCode: errorOfCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error & { readonly type: string } };

/** The answer for each partition by itself: `produce` of kafkajs throws the first error and hides what was written beside it. */
export async function produce(broker: Broker, asked: ProduceAsked): Promise<ProduceAnswer> {
  const { request, response } = broker.lookupRequest(PRODUCE, requests.Produce)(asked);
  return (await broker.connectionPool.send({ request, response: { ...response, parse: (answer: ProduceAnswer) => answer } })) as ProduceAnswer;
}
