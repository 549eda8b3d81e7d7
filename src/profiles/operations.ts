import type { Profile } from '../../adapters/contract.ts';
import { type ChannelType, eventId } from '../../schemas/index.ts';
import { channelRef, contactRef, conversationRef } from '../inbound/publish.ts';
import { loadConversation } from '../outbound/recipient.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';

export interface ProfileArgs {
  readonly conversation: string;
  /** null: the platform tells nothing of this customer. */
  readonly profile: Profile | null;
  readonly nowMs: number;
}

export const profileOperations = {
  /** Keeps what a platform shows of a customer, and tells it where it is new. A name that is not told never takes away one that was. */
  async saveProfile(tx: Tx, { conversation: id, profile, nowMs }: ProfileArgs): Promise<void> {
    const conversation = await loadConversation(tx, 'c.id', id);
    if (!conversation) return;
    const [before] = await tx.all<{ profile: string | null }>('SELECT profile FROM contacts WHERE id = $1', [conversation.contact]);
    const now = profile === null ? null : JSON.stringify(profile);
    await tx.run('UPDATE contacts SET profile = coalesce($2, profile), profile_at = $3, name = coalesce($4, name) WHERE id = $1', [
      conversation.contact,
      now,
      nowMs,
      profile?.name ?? null,
    ]);
    if (now === null || now === before?.profile) return;
    const [channel] = await tx.all<{ id: string; type: ChannelType; tenant: string; name: string | null; address: string | null }>(
      'SELECT id, type, tenant, name, address FROM channels WHERE id = $1',
      [conversation.channel],
    );
    if (!channel) return;
    const renamed = profile?.name !== undefined && profile.name !== conversation.name;
    if (profile?.name !== undefined) conversation.name = profile.name;
    const platform = { ...(profile?.picture === undefined ? {} : { picture: profile.picture }), ...profile?.platform };
    const change = {
      kind: renamed ? 'name' : 'details',
      ...(renamed ? { name: profile.name } : {}),
      ...(Object.keys(platform).length ? { platform } : {}),
    };
    await appendEvents(
      tx,
      [
        {
          id: eventId(['parlance', 'profile', conversation.contact, String(nowMs)]),
          type: 'contact.changed',
          subject: conversation.id,
          source: `/channels/${channel.id}`,
          tenant: channel.tenant,
          channel: channel.id,
          time: new Date(nowMs).toISOString(),
          data: { tenant: channel.tenant, channel: channelRef(channel), contact: contactRef(conversation), conversation: conversationRef(conversation), change },
        },
      ],
      nowMs,
    );
  },
};
