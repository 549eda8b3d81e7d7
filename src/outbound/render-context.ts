import type { RenderContext } from '../../adapters/contract.ts';
import type { Identity } from '../../schemas/index.ts';
import type { ChannelRow, OutboundEnvironment } from './admit.ts';

/** What every call of a channel is rendered with. */
export const contextOf = (channel: ChannelRow, env: OutboundEnvironment, call: { readonly to: Identity; readonly ownId: string }): RenderContext => ({
  channel: {
    id: channel.id,
    type: channel.type,
    account: channel.account,
    settings: JSON.parse(channel.settings) as Record<string, unknown>,
    ...(channel.address ? { address: channel.address } : {}),
  },
  publicUrl: env.publicUrl,
  ...call,
});
