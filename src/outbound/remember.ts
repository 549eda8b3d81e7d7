import type { ChannelAdapter } from '../../adapters/contract.ts';
import type { Store } from '../store/port.ts';
import { MEMORY_MS, type Pacing } from './pacing.ts';
import type { SendingChannel } from './sending-channel.ts';

/** What the process before this one sent in the last minutes still counts with the platforms. */
export async function remember(store: Store, pacing: Pacing, senderOf: (id: string) => { channel: SendingChannel; adapter: ChannelAdapter } | null): Promise<void> {
  const nowMs = Date.now();
  const calls = await store.read
    .selectFrom('calls')
    .innerJoin('messages', 'messages.id', 'calls.message')
    .select(['calls.channel', 'messages.conversation', 'calls.units', 'calls.started_at as startedAt'])
    .where('calls.channel', 'in', (e) => e.selectFrom('channels').select('id')) // channel by channel, as the index has them
    .where('calls.started_at', '>', nowMs - MEMORY_MS)
    .orderBy('calls.started_at')
    .execute();
  for (const call of calls) {
    const sender = senderOf(call.channel);
    if (sender && call.startedAt !== null) pacing.past(sender.channel, sender.adapter.capabilities.limits, { ...call, startedAt: call.startedAt }, nowMs);
  }
}
