import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics by Prometheus' conventions; every label is of a bounded set. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'parlance_' });
  const registers = [registry];
  const webhooks = new Counter({ name: 'parlance_webhooks_total', help: 'Webhooks by endpoint and outcome', labelNames: ['endpoint', 'outcome'], registers });
  const ack = new Histogram({
    name: 'parlance_webhook_ack_seconds',
    help: 'From the first byte to the answer',
    labelNames: ['endpoint'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const calls = new Counter({ name: 'parlance_outbound_calls_total', help: 'Platform calls by channel type and outcome', labelNames: ['channel_type', 'outcome'], registers });
  const missed = new Counter({ name: 'parlance_missed_webhooks_total', help: 'Bodies that came by no webhook and were fetched', labelNames: ['channel_type'], registers });
  const media = new Counter({
    name: 'parlance_media_fetches_total',
    help: 'Attempts to fetch a file by channel type and outcome',
    labelNames: ['channel_type', 'outcome'],
    registers,
  });
  const mediaBytes = new Counter({ name: 'parlance_media_fetched_bytes_total', help: 'Bytes of files that were fetched', registers });
  const mediaReads = new Counter({ name: 'parlance_media_reads_total', help: 'Requests for a file by its link', labelNames: ['outcome'], registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers });
  const stored = gauge('parlance_media_stored_bytes', 'Bytes in the media store, each once; counted every minute');
  const state = {
    pending: gauge('parlance_journal_pending', 'Journalled bodies that wait to be split'),
    received: gauge('parlance_journal_received', 'Bodies journalled so far'),
    split: gauge('parlance_journal_split', 'Bodies split so far'),
    ledger: gauge('parlance_ledger_elements', 'Elements by channel type-free term of the books', ['term']),
    relayLag: gauge('parlance_relay_lag', 'Events that wait to be published to Kafka'),
    relayParked: gauge('parlance_relay_parked', 'Events that Kafka refuses for their size; they are in the log alone'),
    queue: gauge('parlance_outbound_queue', 'Outbound messages by queue state', ['state']),
    gaps: gauge('parlance_suspected_gaps', 'Platform ids that something names and nobody here has seen'),
    media: gauge('parlance_media_files', 'Files of messages by state', ['state']),
    logOffset: gauge('parlance_log_offset', 'Highest offset of the event log'),
  };
  return {
    webhook(endpoint: string, outcome: string, seconds: number): void {
      webhooks.inc({ endpoint, outcome });
      if (outcome === 'accepted') ack.observe({ endpoint }, seconds);
    },
    missed: (channelType: string, n: number): void => missed.inc({ channel_type: channelType }, n),
    call: (channelType: string, outcome: string): void => calls.inc({ channel_type: channelType, outcome }),
    media(channelType: string, outcome: string, bytes: number): void {
      media.inc({ channel_type: channelType, outcome });
      mediaBytes.inc(bytes);
    },
    mediaStored: (bytes: number): void => stored.set(bytes),
    mediaRead: (outcome: string): void => mediaReads.inc({ outcome }),
    state,
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
