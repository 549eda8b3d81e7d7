import type { ChannelAdapter } from '../../adapters/contract.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/port.ts';
import { notCanceled } from './recall.ts';
import type { SendingChannel } from './sending-channel.ts';

const CALL_MS = 10_000;

export interface CancellingDeps {
  readonly store: Pick<Store, 'write'>;
  senderOf(id: string): { readonly channel: SendingChannel; readonly adapter: ChannelAdapter } | null;
}
/** Cancels a message: here while it is queued here, and at its platform where that holds it still and can be asked. */
export function createCancelling({ store, senderOf }: CancellingDeps) {
  return async (asked: { readonly id: string; readonly tenant: string | null }): Promise<{ id: string; status: string }> => {
    try {
      return await store.write('cancelMessage', { ...asked, nowMs: Date.now() });
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'conflict') throw error;
      const { channel: id, platformIds } = await store.write('recallable', asked);
      const sender = senderOf(id);
      if (!sender?.adapter.cancel || platformIds.length === 0) throw error;
      const { channel, adapter } = sender;
      let back = 0;
      let why: string | null = null;
      // The last part first: what is called back must not leave a later part alone.
      for (const platformId of platformIds.toReversed()) {
        const options = { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: AbortSignal.timeout(CALL_MS) };
        try {
          if (!(await adapter.cancel?.(platformId, { account: channel.account }, options))) break;
          back++;
        } catch (fault) {
          why = adapter.classify(fault).code;
          break;
        }
      }
      const told = await store.write('recalled', { ...asked, back, of: platformIds.length, why, nowMs: Date.now() });
      if (told.status !== 'canceled') throw notCanceled(told.status);
      return told;
    }
  };
}
