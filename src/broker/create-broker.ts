import { COMMANDS_TOPIC, type SendCommand } from '../../schemas/index.ts';
import type { KafkaConfig } from '../config/config.ts';
import type { PreparedSignal } from '../outbound/prepare-signal.ts';
import type { LogStore } from '../store/port.ts';
import { consumeOnce } from './commands.ts';
import { type BrokerLog, type Client, createClient } from './kafkajs/client.ts';
import { ensureTopics } from './kafkajs/topics.ts';
import { PARKED } from './operations.ts';
import { relayOnce, republish } from './relay.ts';

export interface BrokerOptions {
  readonly config: KafkaConfig;
  readonly store: LogStore;
  /** Names this installation's relay: one transactional id, so that a new holder shuts out the old one. */
  readonly installation: string;
  parseSendCommand(body: unknown): SendCommand;
  /** A command was queued. */
  wake(channel?: string): void;
  signal(prepared: PreparedSignal): Promise<void>;
  readonly log: BrokerLog;
}
export interface Broker {
  start(): void;
  stop(): Promise<void>;
  health(): Readonly<Record<string, unknown>>;
  /** Events that Kafka refuses for their size. */
  parked(): number;
  republish(from: number): Promise<number>;
}
async function countParked(store: LogStore): Promise<number> {
  const row = await store.read
    .selectFrom('meta')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('key', 'like', `${PARKED}%`)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}
const MAX_BACKOFF_MS = 15_000;

/** Kafka: the relay and the commands. Away, the log waits; nothing else notices. */
export function createBroker(options: BrokerOptions): Broker {
  const { config, store, log } = options;
  const gone = new AbortController();
  const state = { relay: 'starting', commands: 'starting', error: null as string | null, parked: 0 };
  const lives: Promise<void>[] = [];
  const newClient = (): Client => createClient(config, log);
  const onParked = () => void state.parked++;

  /** Lives one after the other; each begins with new clients, since after a failed send a kafkajs producer is not to be trusted. */
  async function live(name: 'relay' | 'commands', once: (client: Client) => Promise<void>): Promise<void> {
    for (let failures = 0; !gone.signal.aborted; ) {
      const began = performance.now();
      try {
        const client = newClient();
        const partitions = await ensureTopics(client, config.topicPrefix);
        const first = await store.write('recordPartitions', { partitions: Object.fromEntries(partitions) });
        const other = [...partitions].find(([topic, n]) => n !== first[topic]);
        if (other && failures === 0)
          log(
            'error',
            `topic ${other[0]} has ${other[1]} partitions and had ${first[other[0]]} at first use: around the change, events of one conversation may lie in two partitions`,
          );
        state.parked = await countParked(store);
        state[name] = 'running';
        state.error = null;
        await once(client);
      } catch (error) {
        if (gone.signal.aborted) break;
        failures = performance.now() - began > 60_000 ? 1 : failures + 1;
        state[name] = 'waiting';
        state.error = (error as Error).message;
        log(failures === 1 || failures % 20 === 0 ? 'warn' : 'debug', `kafka ${name}: ${state.error}; it is tried again`, { failures });
        const wait = Math.random() * Math.min(MAX_BACKOFF_MS, 500 * 2 ** Math.min(failures, 8));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          gone.signal.addEventListener(
            'abort',
            () => {
              clearTimeout(timer);
              resolve();
            },
            { once: true },
          );
        });
      }
    }
    state[name] = 'stopped';
  }
  return {
    start() {
      lives.push(live('relay', (client) => relayOnce({ client, store, prefix: config.topicPrefix, installation: options.installation, log, onParked }, gone.signal)));
      lives.push(
        live('commands', (client) =>
          consumeOnce(
            {
              client,
              store,
              topic: config.topicPrefix + COMMANDS_TOPIC,
              group: `${config.topicPrefix}commands`,
              parseSendCommand: options.parseSendCommand,
              wake: options.wake,
              signal: options.signal,
              log,
            },
            gone.signal,
          ),
        ),
      );
    },
    async stop() {
      gone.abort();
      await Promise.race([Promise.all(lives), new Promise((resolve) => setTimeout(resolve, 8000))]);
    },
    health: () => ({ configured: true, ok: state.relay === 'running' && state.commands === 'running', ...state }),
    parked: () => state.parked,
    async republish(from) {
      try {
        return await republish({ client: newClient(), store, prefix: config.topicPrefix, installation: options.installation, log }, from);
      } finally {
        state.parked = await countParked(store);
      }
    },
  };
}
