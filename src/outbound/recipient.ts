import type { ChannelType, Identity, Recipient } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { type Conversation, findConversation, toConversation } from '../inbound/conversations.ts';
import { PERSON_COLUMNS, type PersonRow, toKnown } from '../inbound/known-conversations.ts';
import { sendableOf } from '../inbound/messages.ts';
import type { Tx } from '../store/port.ts';

interface Row extends PersonRow {
  moved_to: string | null;
}
const SELECT = `SELECT ${PERSON_COLUMNS}, c.moved_to FROM conversations c JOIN contacts t ON t.id = c.contact WHERE `;

/** A conversation by id; one that was linked to an older leads there. */
export async function loadConversation(tx: Tx, where: 'c.id' | 'c.contact', id: string): Promise<Conversation | null> {
  const rows = await tx.all<Row>(`${SELECT}${where} = $1 ORDER BY c.created_at DESC`, [id]);
  const row = rows.find((r) => r.moved_to === null) ?? rows[0];
  if (row?.moved_to) return loadConversation(tx, 'c.id', row.moved_to);
  return row ? toConversation(toKnown(row)) : null;
}

/** Where a command goes: the address as the platform last told it, and its conversation where it is known. */
export async function recipientOf(tx: Tx, to: Recipient, channel: { id: string; type: ChannelType }): Promise<{ to: Identity; conversation: Conversation | null }> {
  const named = 'conversation' in to ? await loadConversation(tx, 'c.id', to.conversation) : 'contact' in to ? await loadConversation(tx, 'c.contact', to.contact) : null;
  if ('conversation' in to || 'contact' in to) {
    const address = named?.channel === channel.id ? (named.sendable ?? sendableOf(named.identities)) : undefined;
    if (!named || !address)
      throw new GatewayError('unknown_recipient', `There is no such ${'conversation' in to ? 'conversation' : 'contact'} on this channel.`, { pointer: '/to' });
    return { to: address, conversation: named };
  }
  const identity: Identity =
    'phone' in to
      ? { type: 'phone', value: to.phone }
      : 'user' in to
        ? { type: 'whatsapp_user', value: to.user }
        : { type: channel.type === 'instagram' ? 'igsid' : 'psid', value: to.psid };
  const conversation = await findConversation(tx, channel.id, [identity]);
  // A dialled variant of a known number goes to the identifier that the platform gave (Brazil, Mexico, Argentina).
  return { to: identity.type === 'phone' && conversation?.sendable?.type === 'phone' ? conversation.sendable : identity, conversation };
}
