import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../src/broker/kafkajs/client.ts';
import { topicNames } from '../../src/broker/kafkajs/topics.ts';
import { startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';
import { type Child, startChild } from './child.ts';
import { type GatewayOptions, type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import type { Order, Outcome, Target } from './generator.ts';
import { type Load, SECRET } from './load.ts';
import { findNode, withoutTypes } from './older-node.ts';
import type { Plan } from './plan.ts';
import { compileSlowSync } from './slow-sync.ts';

type Cell = string | number | null;
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}
/** What a section found: tables for people, figures by name for the goals. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly figures: Readonly<Record<string, number>>;
  readonly notes?: readonly string[];
}
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

export interface Whole {
  readonly gateway: GatewayProcess;
  readonly topic: string;
}

/** What the sections share: the generator, the servers, the numbering of messages. Servers start when first asked for. */
export interface BenchContext {
  readonly plan: Plan;
  /** null where Kafka can run; else why not. */
  readonly noKafka: string | null;
  /** Started when first asked for, and again after `stopKafka`. */
  kafka(): Promise<TestKafka>;
  /** Killed. */
  stopKafka(): Promise<void>;
  /** What a gateway is told to publish to this Kafka, its topics made with as many partitions as the naive gateway's. */
  onKafka(prefix: string): Promise<{ readonly KAFKA_BROKERS: string; readonly KAFKA_TOPIC_PREFIX: string }>;
  floor(): Promise<Server>;
  naive(): Promise<Server>;
  /** The naive gateway on the machine's own Node 20; null where it has none. */
  naiveOnNode20(): Promise<Server | null>;
  /** The least that keeps a webhook and brings it to Kafka; see sketch.ts. Its topic is SKETCH_TOPIC. */
  sketch(): Promise<Server & Pick<GatewayProcess, 'pending' | 'drained'>>;
  /** A gateway that publishes to Kafka, where that can run, and its topic of messages; started anew for the caller, who ends it, but one for all callers of the quick bench. */
  whole(prefix: string): Promise<Whole>;
  /** Started anew for the caller, who ends it. */
  gateway(options?: GatewayOptions): Promise<GatewayProcess>;
  reader(topic: string): Promise<Child>;
  /** Environment that makes every sync of a child 1 ms slower; null where it cannot be compiled. */
  readonly slowSync: Readonly<Record<string, string>> | null;
  /** Makes and signs the next `count` messages; they are unique over the whole bench. `everyone`: they begin a round, so that of `senders` messages each sender has one. */
  prepare(count: number, shape?: { senders?: number; channels?: number; everyone?: boolean }): Promise<Load>;
  run(order: Extract<Order, Target>): Promise<Outcome>;
  /** Ends the open loop that runs. */
  stopOpen(): void;
  say(line: string): void;
  end(): Promise<void>;
}
export const NAIVE_TOPIC = 'naive';
export const SKETCH_TOPIC = 'sketch';
export const SENDERS = 2000;
/** Of every topic, the gateway's and the naive one's, as where the rivals were measured; the gateway by itself makes 24. */
export const PARTITIONS = 4;

async function makeTopics(brokers: string, names: readonly string[], partitions: number): Promise<void> {
  const admin = createClient({ brokers: [brokers], ssl: false, sasl: null, topicPrefix: '' }, () => {}, 'bench').admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })), waitForLeaders: false });
    const missing = async () => {
      const there = new Set(await admin.listTopics());
      return names.some((name) => !there.has(name));
    };
    while (await missing()) await new Promise((resolve) => setTimeout(resolve, 200)); // waitForLeaders gives up on a broker that has not heard of them yet
  } finally {
    await admin.disconnect();
  }
}

export async function createContext(plan: Plan, say: (line: string) => void, partitions = PARTITIONS): Promise<BenchContext> {
  const noKafka = await whyNoKafka();
  const generator = startChild('generator.ts');
  const slow = compileSlowSync();
  const epoch = Math.floor(Date.now() / 1000) - 6 * 3600;
  const children: Child[] = [generator];
  const gateways = new Set<GatewayProcess>();
  let next = 0;
  let broker: Promise<TestKafka> | undefined;
  let stopped: TestKafka | null = null;
  let shared: Promise<Whole> | undefined;
  let floor: Promise<Server> | undefined;
  let naive: Promise<Server> | undefined;
  /** What the servers leave on the disk. */
  const leftovers: { end(): void }[] = [];
  async function serve(name: string, file: string, args: readonly string[], node?: string): Promise<Server> {
    const child = startChild(file, args, node);
    children.push(child);
    const { port } = await child.heard<{ port: number }>();
    return { name, port, pid: child.pid };
  }
  const kafka = (): Promise<TestKafka> => {
    const again = stopped;
    broker ??= again ? again.up().then(() => again) : startKafka({ optimized: true });
    return broker;
  };
  async function brokersWith(...topics: readonly string[]): Promise<string> {
    const { brokers } = await kafka();
    await makeTopics(brokers, topics, partitions);
    return brokers;
  }
  const onKafka = async (prefix: string) => ({ KAFKA_BROKERS: await brokersWith(...topicNames(prefix)), KAFKA_TOPIC_PREFIX: prefix });
  async function gateway(options?: GatewayOptions): Promise<GatewayProcess> {
    const started = await startGatewayProcess(options);
    const own: GatewayProcess = {
      ...started,
      async end() {
        gateways.delete(own);
        await started.end();
      },
    };
    gateways.add(own);
    return own;
  }
  const open = async (prefix: string): Promise<Whole> => ({ gateway: await gateway({ env: noKafka ? {} : await onKafka(prefix) }), topic: `${prefix}messages.v1` });
  return {
    plan,
    noKafka,
    kafka,
    async stopKafka() {
      stopped = await kafka();
      await stopped.stop('SIGKILL');
      broker = undefined;
    },
    onKafka,
    floor() {
      floor ??= serve('floor', 'floor.ts', []);
      return floor;
    },
    naive() {
      naive ??= brokersWith(NAIVE_TOPIC).then((brokers) => serve('naive', 'naive.ts', [brokers, NAIVE_TOPIC, SECRET]));
      return naive;
    },
    async naiveOnNode20() {
      const node = findNode(20);
      if (node === null) return null;
      const brokers = await brokersWith(NAIVE_TOPIC);
      const script = withoutTypes('naive.ts');
      leftovers.push(script);
      return serve('naive on Node 20', script.path, [brokers, NAIVE_TOPIC, SECRET], node);
    },
    async sketch() {
      const brokers = await brokersWith(SKETCH_TOPIC);
      const dir = mkdtempSync(join(tmpdir(), 'parlance-sketch-'));
      leftovers.push({ end: () => rmSync(dir, { recursive: true, force: true }) });
      const server = await serve('sketch', 'sketch.ts', [dir, brokers, SKETCH_TOPIC]);
      const pending = async () => Number(await (await fetch(`http://127.0.0.1:${server.port}/`)).text());
      return {
        ...server,
        pending,
        async drained() {
          while ((await pending()) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
        },
      };
    },
    async whole(prefix) {
      if (!plan.quick) return open(prefix);
      if (!noKafka) await kafka(); // what a section before has stopped
      shared ??= open(prefix).then((opened) => ({ ...opened, gateway: { ...opened.gateway, end: async () => {} } }));
      return shared;
    },
    gateway,
    async reader(topic) {
      const child = startChild('kafka-reader.ts', [(await kafka()).brokers, topic]);
      children.push(child);
      await child.heard();
      return child;
    },
    slowSync: slow?.env ?? null,
    async prepare(count, shape = {}) {
      const { senders = SENDERS, channels = 1 } = shape;
      const load: Load = { first: shape.everyone ? Math.ceil(next / senders) * senders : next, count, senders, channels, epoch };
      next = load.first + count;
      await generator.ask({ type: 'prepare', load } satisfies Order);
      return load;
    },
    run: (order) => generator.ask<Outcome>(order),
    stopOpen: () => generator.tell({ type: 'stop' } satisfies Order),
    say,
    async end() {
      for (const gateway of gateways) await gateway.end();
      for (const child of children) await child.end();
      for (const leftover of leftovers) leftover.end();
      await (stopped ?? (await broker))?.end();
      slow?.end();
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));
/** Median with its range, as text. */
export function spread(values: readonly number[], digits = 0): string {
  const at = (v: number) => v.toFixed(digits);
  return values.length > 1 ? `${at(median(values))} (${at(Math.min(...values))}-${at(Math.max(...values))})` : at(values[0] ?? 0);
}
