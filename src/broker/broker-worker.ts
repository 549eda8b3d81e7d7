import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../gateway-error.ts';
import { parseSendCommand } from '../outbound/admit.ts';
import { openStoreClient } from '../store/open-store-client.ts';
import { BEHIND_ACKNOWLEDGEMENTS } from '../store/priority.ts';
import { createBroker } from './create-broker.ts';
import type { BrokerAnswer, BrokerRequest, BrokerWorkerData } from './worker-protocol.ts';

/** The broker's thread: reads the log and talks to Kafka, so that neither compression nor kafkajs takes time from HTTP. */
const port = parentPort;
if (!port) throw new Error('broker-worker runs in a worker thread');
const data = workerData as BrokerWorkerData;
const BEAT_MS = 500;
const tell = (answer: BrokerAnswer) => port.postMessage(answer);
if (process.platform === 'linux') setPriority(0, BEHIND_ACKNOWLEDGEMENTS);

const log = (level: 'info' | 'warn' | 'error' | 'debug', message: string, fields: Readonly<Record<string, unknown>> = {}) => tell({ type: 'log', level, message, fields });
const store = openStoreClient({
  port: data.store,
  dataDir: data.dataDir,
  databaseUrl: data.databaseUrl,
  onFault: (detail) => log('error', 'a store operation failed', { detail }),
});
const broker = createBroker({
  config: data.config,
  store,
  installation: data.installation,
  parseSendCommand,
  wake: (channel) => tell({ type: 'wake', channel }),
  signal: async (prepared) => tell({ type: 'signal', prepared }),
  log,
});
const beat = setInterval(() => tell({ type: 'beat', health: broker.health(), parked: broker.parked() }), BEAT_MS);

async function republish({ id, from }: BrokerRequest & { type: 'republish' }): Promise<void> {
  try {
    tell({ type: 'republished', id, sent: await broker.republish(from) });
  } catch (error) {
    const { code, message } = error instanceof GatewayError ? error : { code: 'broker_unavailable' as const, message: (error as Error).message };
    tell({ type: 'republished', id, error: { code, message } });
  }
  tell({ type: 'beat', health: broker.health(), parked: broker.parked() });
}
async function stop(): Promise<void> {
  await broker.stop();
  clearInterval(beat);
  await store.close();
  tell({ type: 'stopped' });
  port?.close();
}
port.on('message', (request: BrokerRequest) => void (request.type === 'stop' ? stop() : republish(request)));
broker.start();
