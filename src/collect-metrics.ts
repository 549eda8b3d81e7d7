import type { OpenedBroker } from './broker/open-broker.ts';
import { relayLag } from './broker/relay-lag.ts';
import { ledgerTotals } from './inbound/ledger.ts';
import type { JournalReader } from './journal/port.ts';
import { suspectedGaps } from './reconcile/suspected-gaps.ts';
import type { Store } from './store/port.ts';
import type { Metrics } from './telemetry/metrics.ts';

interface Collected {
  readonly metrics: Metrics;
  readonly store: Store;
  readonly journal: { readonly id: string };
  readonly reader: JournalReader;
  readonly broker: OpenedBroker | null;
}

/** Brings the gauges up to date: books, queue, lags. Throws while the store is away. */
export async function collectMetrics({ metrics, store, journal, reader, broker }: Collected): Promise<void> {
  const own = await store.read.selectFrom('journal_cursors').select(['last', 'split']).where('journal', '=', journal.id).executeTakeFirst();
  const { received, pending } = reader.counts(Number(own?.last ?? 0));
  metrics.state.received.set(received);
  metrics.state.pending.set(pending);
  metrics.state.split.set(Number(own?.split ?? 0));
  for (const [term, n] of Object.entries(await ledgerTotals(store.read))) metrics.state.ledger.set({ term }, n);
  metrics.state.logOffset.set(await store.lastOffset());
  metrics.state.gaps.set((await suspectedGaps(store.read, null)).length);
  if (broker) metrics.state.relayLag.set(await relayLag(store));
  metrics.state.relayParked.set(broker?.parked() ?? 0);
  const files = await store.read
    .selectFrom('media')
    .select(['state', (e) => e.fn.countAll<number>().as('n')])
    .groupBy('state')
    .execute();
  for (const state of ['pending', 'ready', 'failed'] as const) metrics.state.media.set({ state }, Number(files.find((f) => f.state === state)?.n ?? 0));
  const queue = await store.read
    .selectFrom('messages')
    .select(['queue_state', (e) => e.fn.countAll<number>().as('n')])
    .where('queue_state', 'is not', null)
    .where('queue_state', '<>', 'done')
    .groupBy('queue_state')
    .execute();
  for (const state of ['held', 'ready', 'calling', 'waiting', 'doubt']) metrics.state.queue.set({ state }, Number(queue.find((q) => q.queue_state === state)?.n ?? 0));
}
