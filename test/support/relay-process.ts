import { createClient } from '../../src/broker/kafkajs/client.ts';
import { ensureTopics } from '../../src/broker/kafkajs/topics.ts';
import { relayOnce } from '../../src/broker/relay.ts';
import { openLogStore, quiet } from './log-store.ts';

/** One life of the relay as a process, to be stopped and continued: `node relay-process.ts FOLDER BROKERS`. Ends with 3 and its reason where the life ended by a fault. */
const [dir = '', brokers = ''] = process.argv.slice(2);
const { store } = openLogStore(dir);
const client = createClient({ brokers: brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' }, quiet);
try {
  await ensureTopics(client, 'parlance.');
  await relayOnce(
    { client, store, prefix: 'parlance.', installation: 'shared', log: quiet, onProgress: () => void process.stdout.write('progress\n') },
    new AbortController().signal,
  );
} catch (error) {
  process.stdout.write(`ended: ${(error as { type?: string }).type ?? ''} ${(error as Error).message}\n`);
  process.exit(3);
}
