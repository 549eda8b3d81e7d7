import type { Call, ChannelAdapter } from '../../adapters/contract.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Pacing } from './pacing.ts';
import type { SendingChannel } from './sending-channel.ts';

export interface SignallingDeps {
  senderOf(id: string): { readonly channel: SendingChannel; readonly adapter: ChannelAdapter } | null;
  readonly pacing: Pacing;
}
const CALL_MS = 10_000;

/** Makes calls that are no message, in order and at the account's pace. One attempt: by the next one the customer has read on. */
export function createSignalling({ senderOf, pacing }: SignallingDeps) {
  return async ({ channel: id, calls }: { readonly channel: string; readonly calls: readonly Call[] }): Promise<void> => {
    const sender = senderOf(id);
    if (!sender?.adapter.signal) throw new GatewayError('unknown_channel', `There is no channel ${JSON.stringify(id)}.`);
    const { channel, adapter } = sender;
    const { limits } = adapter.capabilities;
    for (const call of calls)
      try {
        await pacing.lane(channel, limits).schedule(async (turn) => {
          await turn.wire();
          await adapter.signal?.(call, { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: AbortSignal.timeout(CALL_MS) });
        });
      } catch (error) {
        const failure = adapter.classify(error);
        pacing.refused(channel, limits, { failure, conversation: null });
        throw new GatewayError(failure.code, failure.platformMessage ?? 'The platform did not take it.', { cause: error });
      }
  };
}
