import type { Adapters } from '../../../adapters/contract.ts';
import type { Failure } from '../../../schemas/index.ts';
import type { SendingChannel } from '../sending-channel.ts';
import { failureOf } from './failure-of.ts';
import { meetNeed, type NeedDeps } from './meet-need.ts';
import type { Task } from './prepare-media.ts';

/** Does the next thing that a file needs; null, or why it did not succeed. Never rejects. */
export type Meet = (task: Task, channel: SendingChannel, signal: AbortSignal) => Promise<Failure | null>;

/** In the thread that calls it. */
export function createMeeting(deps: NeedDeps & { readonly adapters: Adapters }): Meet {
  return async (task, channel, signal) => {
    const adapter = deps.adapters.of(channel.type, channel.provider);
    if (!adapter)
      return { code: 'content_unsupported', outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: `Sending on ${channel.type} is not possible yet.` };
    try {
      await meetNeed(task, deps, { channel, adapter, signal });
      return null;
    } catch (error) {
      return failureOf(error, adapter);
    }
  };
}
