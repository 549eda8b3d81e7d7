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

const CATEGORIES: Readonly<Record<string, SendCommand['category']>> = { MARKETING: 'marketing', UTILITY: 'utility', AUTHENTICATION: 'authentication' };
/** What the platform lists a template as, where the command does not say what it is for. */
async function categoryOf(tx: Tx, { content, category }: Asked, channel: string): Promise<SendCommand['category'] | null> {
  if (category || content.type !== 'template' || content.name === undefined) return category;
  const [row] = await tx.all<{ category: string | null }>("SELECT category FROM templates WHERE channel = $1 AND name = $2 AND ($3 = '' OR language = $3) LIMIT 1", [
    channel,
    content.name,
    content.language ?? '',
  ]);
  return CATEGORIES[row?.category ?? ''] ?? null;
}

/** What the policy needs to know of a message, from the store. */
export async function situationOf(tx: Tx, asked: Asked, at: { channel: ChannelRow; adapter: ChannelAdapter; conversation: Conversation }): Promise<Situation> {
  const { channel, adapter, conversation } = at;
  const settings = JSON.parse(channel.settings) as Record<string, unknown>;
  const consents = await consentsOf(tx, { contact: conversation.contact, tenant: channel.tenant, identities: conversation.identities });
  const category = await categoryOf(tx, asked, channel.id);
  return {
    ...asked,
    category,
    capabilities: adapter.capabilities,
    windowExpiresAt: conversation.windowExpiresAt,
    consents,
    channel: { id: channel.id, service: serviceOf({ settings }) },
  };
}

export const checkPolicy = async (tx: Tx, asked: Asked, at: Parameters<typeof situationOf>[2]): Promise<Verdict> => judge(await situationOf(tx, asked, at));
