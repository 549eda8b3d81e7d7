import { type ChannelAdapter, type ListOptions, type Missed, providerOf } from '../../adapters/contract.ts';
import { endpointOf } from '../http/endpoints.ts';
import type { Journal } from '../journal/port.ts';
import type { SendingChannel } from '../outbound/sending-channel.ts';
import type { Store } from '../store/port.ts';
import { type Listed, type UnseenDeps, unseen } from './unseen.ts';
import { unsettledOf } from './unsettled.ts';

export interface ReconcileDeps extends UnseenDeps {
  readonly store: Store;
  readonly journal: Pick<Journal, 'append'>;
  /** The id of the key under which this channel's webhooks are kept. */
  keyIdOf(channel: string): string | null;
}
export interface Pass {
  readonly channel: string;
  /** Platform time from which on it was listed. */
  readonly since: string;
  readonly listed: number;
  /** What had not come by webhook, and was put into the journal. */
  readonly missed: number;
  /** Messages of ours whose final state was asked for. */
  readonly asked: number;
}
/** Webhooks on their way, and clocks that differ: so much is listed twice. */
export const OVERLAP_MS = 5 * 60_000;
const BATCH = 50;

/** Puts missed bodies into the journal, as their webhooks would have been, marked `backfill`. */
async function feed(listed: readonly Listed[], keyId: string, deps: ReconcileDeps): Promise<number> {
  const missed = await unseen(listed, deps);
  // In their order: the journal's is the order in which they are read.
  await Promise.all(
    missed.map((one) =>
      deps.journal.append({
        receivedAt: Date.now(),
        method: 'POST',
        url: one.url,
        headers: one.headers,
        body: one.body,
        keyId,
        endpoint: one.endpoint,
        channel: null,
        origin: 'backfill',
      }),
    ),
  );
  return missed.length;
}
const endpointName = (one: Missed): string => endpointOf(one.url.split('?')[0] ?? '')?.name ?? 'whatsapp';

/** Lists what the platform still has of one channel since then, and feeds what is missing through the journal. Throws what the platform throws. */
export async function reconcileChannel(
  channel: SendingChannel,
  at: { adapter: ChannelAdapter; since: number; settledAfter: number; now: number; options: ListOptions },
  deps: ReconcileDeps,
): Promise<Pass> {
  const { adapter, since, options } = at;
  const keyId = deps.keyIdOf(channel.id);
  if (!adapter.list || keyId === null) throw new Error(`channel ${channel.id} can not be reconciled`);
  const unsettled = await unsettledOf(deps.store, channel.id, { after: at.settledAfter, now: at.now });
  const counts = { listed: 0, missed: 0 };
  let batch: Listed[] = [];
  const flush = async () => {
    counts.listed += batch.length;
    counts.missed += await feed(batch, keyId, deps);
    batch = [];
  };
  for await (const one of adapter.list({ account: channel.account, since: new Date(since), unsettled, settings: channel.settings }, options)) {
    const endpoint = endpointName(one);
    if (providerOf(endpoint) !== channel.provider) throw new Error(`a body of ${endpoint} from a channel of ${channel.provider}`);
    batch.push({ ...one, endpoint });
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  return { channel: channel.id, since: new Date(since).toISOString(), ...counts, asked: unsettled.length };
}
