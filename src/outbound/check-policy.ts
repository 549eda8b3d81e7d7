import type { ChannelAdapter } from '../../adapters/contract.ts';
import type { OutboundContent, SendCommand } from '../../schemas/index.ts';
import { consentsOf } from '../inbound/consents.ts';
import type { Conversation } from '../inbound/conversations.ts';
import type { Tx } from '../store/port.ts';
import type { ChannelRow } from './channel-row.ts';
import { serviceOf } from './pace.ts';
import { judge, type Situation, type Verdict } from './policy.ts';

export interface Asked {
  readonly content: OutboundContent;
  readonly author: SendCommand['author'] | null;
  readonly category: SendCommand['category'] | null;
  readonly bulk: boolean;
  readonly swap: boolean;
  readonly nowMs: number;
}

/** What the policy needs to know of a message, from the store. */
export async function situationOf(tx: Tx, asked: Asked, at: { channel: ChannelRow; adapter: ChannelAdapter; conversation: Conversation }): Promise<Situation> {
  const { channel, adapter, conversation } = at;
  const settings = JSON.parse(channel.settings) as Record<string, unknown>;
  const consents = await consentsOf(tx, { contact: conversation.contact, tenant: channel.tenant, identities: conversation.identities });
  return { ...asked, capabilities: adapter.capabilities, windowExpiresAt: conversation.windowExpiresAt, consents, channel: { id: channel.id, service: serviceOf({ settings }) } };
}

export const checkPolicy = async (tx: Tx, asked: Asked, at: Parameters<typeof situationOf>[2]): Promise<Verdict> => judge(await situationOf(tx, asked, at));
