import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startKafka, type TestKafka } from '../support/kafka.ts';
import { startKafkaProxy } from '../support/kafka-proxy.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import type { LogEvent } from './evidence.ts';
import { type Load, startLoad, type Talk, talksOf } from './load.ts';
import { type Platform, startPlatform } from './platform.ts';
import { createRandom, type Random } from './random.ts';
import { type Replies, startReplies } from './replies.ts';
import { type Rig, startRig } from './rig.ts';
import type { Scenario } from './scenario.ts';

/** Everything that a scenario plays on: the gateway under load, what it stands on, and the seeded numbers that choose the moments. */
export interface Stage {
  readonly rig: Rig;
  readonly load: Load;
  readonly replies: Replies;
  readonly platform: Platform;
  readonly talks: readonly Talk[];
  readonly kafka: TestKafka | null;
  /** Between the gateway and Kafka, where the scenario asks for it. */
  readonly proxy: Awaited<ReturnType<typeof startKafkaProxy>> | null;
  readonly postgres: TestPostgres | null;
  readonly random: Random;
  readonly short: boolean;
  /** Ids that the scenario itself posted and had acknowledged. */
  readonly alsoAcknowledged: string[];
  /** What else the scenario found wrong, in words. */
  readonly findings: string[];
  refusedByKafka(event: LogEvent): boolean;
  /** A moment between the bounds, chosen by the seed. */
  moment(lowMs: number, highMs: number): Promise<void>;
  stopLoad(): Promise<void>;
  end(): Promise<void>;
}
const TALKS = 24;

/** What must end, in reverse order, even when the next part can not start. */
export async function openStage(scenario: Scenario, options: { seed: number; short: boolean }): Promise<Stage> {
  const { seed, short } = options;
  const random = createRandom(seed);
  const ends: (() => unknown)[] = [];
  const end = async () => {
    for (const one of ends.reverse()) await one();
  };
  try {
    const needs = new Set(scenario.needs);
    const port = needs.has('proxy') ? await freePort() : null;
    const kafka = needs.has('kafka') ? await startKafka({ optimized: true, ...(port === null ? {} : { advertise: port }) }) : null;
    ends.push(() => kafka?.end());
    const proxy = kafka && port !== null ? await startKafkaProxy(() => kafka, port) : null;
    ends.push(() => proxy?.end());
    const postgres = needs.has('postgres') ? await startPostgres() : null;
    ends.push(() => postgres?.end());
    const platformPort = await freePort();
    const folder = await scenario.folder?.();
    if (folder) ends.push(() => folder.end());
    const rig = await startRig({
      ...(folder ? { dir: folder.dir } : {}),
      env: {
        GRAPH_API_URL: `http://127.0.0.1:${platformPort}`,
        ...(kafka ? { KAFKA_BROKERS: kafka.brokers } : {}),
        ...(postgres ? { DATABASE_URL: postgres.url } : {}),
        ...scenario.env,
      },
    });
    ends.push(() => rig.stop());
    const platform = await startPlatform(rig.url, platformPort);
    ends.push(() => platform.end());
    const talks = talksOf(scenario.talks ?? TALKS);
    const load = startLoad({ url: rig.url, talks, perSecond: scenario.perSecond ?? 100, seed });
    const replies = startReplies({ api: rig.api, talks, perSecond: 3 });
    const stopLoad = async () => void (await Promise.all([load.stop(), replies.stop()]));
    ends.push(stopLoad);
    return {
      rig,
      load,
      replies,
      platform,
      talks,
      kafka,
      proxy,
      postgres,
      random,
      short,
      alsoAcknowledged: [],
      findings: [],
      refusedByKafka: (event) => scenario.refusedByKafka?.(event) ?? false,
      moment: (low, high) => sleep(random.between(low, high)),
      stopLoad,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
