import { createClient } from '../../src/broker/kafkajs/client.ts';
import { CLOCK } from './clock.ts';
import { createHistogram } from './histogram.ts';
import { indexIn } from './load.ts';

/** A consumer in a process of its own: when each message of the load came, and whether once. `kafka-reader.ts BROKERS TOPIC`. */
export type ReaderOrder =
  | { readonly type: 'watch'; readonly first: number; readonly count: number }
  | { readonly type: 'seen' }
  /** Latency from the time that message `first` of the load was due, over messages from..to (counted from `first`). */
  | { readonly type: 'latency'; readonly startedAt: number; readonly rate: number; readonly from: number; readonly to: number };
export interface Seen {
  readonly distinct: number;
  readonly again: number;
  /** Messages of one sender that came before an earlier one. */
  readonly disorder: number;
}

const [brokers = '', topic = ''] = process.argv.slice(2);
const client = createClient({ brokers: brokers.split(','), ssl: false, sasl: null, topicPrefix: '' }, () => {}, 'bench-reader');
const consumer = client.consumer({ groupId: `bench-${process.pid}`, readUncommitted: false, minBytes: 1, maxWaitTimeInMs: 100, maxBytesPerPartition: 4 * 1024 * 1024 });
const state = { first: 0, distinct: 0, again: 0, disorder: 0 };
let arrived = new Float64Array(0);
let lastOf = new Map<string, number>();

const admin = client.admin();
await admin.connect();
while (!(await admin.listTopics()).includes(topic)) await new Promise((resolve) => setTimeout(resolve, 200)); // whoever writes makes it
await admin.disconnect();
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: false });
const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const now = performance.now() + CLOCK;
    for (const { key, value } of batch.messages) {
      if (!value) continue;
      const index = indexIn(value);
      const place = index - state.first;
      if (index < 0 || place < 0 || place >= arrived.length) continue;
      if (arrived[place]) state.again++;
      else state.distinct++;
      arrived[place] = now;
      const name = key?.toString('latin1') ?? '';
      if (index < (lastOf.get(name) ?? -1)) state.disorder++;
      else lastOf.set(name, index);
    }
  },
});
await joined;
process.on('message', (order: ReaderOrder) => {
  if (order.type === 'watch') {
    Object.assign(state, { first: order.first, distinct: 0, again: 0, disorder: 0 });
    arrived = new Float64Array(order.count);
    lastOf = new Map();
    return process.send?.({ ok: true });
  }
  if (order.type === 'seen') return process.send?.({ distinct: state.distinct, again: state.again, disorder: state.disorder } satisfies Seen);
  const histogram = createHistogram();
  for (let i = order.from; i < Math.min(order.to, arrived.length); i++) {
    const at = arrived[i];
    if (at) histogram.record(at - (order.startedAt + (i * 1000) / order.rate));
  }
  return process.send?.(histogram.quantiles());
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
