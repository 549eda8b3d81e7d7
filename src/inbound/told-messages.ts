import { eventId } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import type { Channel } from './directory.ts';
import { seenKey, seenMessage } from './seen.ts';

/** What names a channel on its platform: the first parts of every event id. */
export type Account = Pick<Channel, 'id' | 'type' | 'account'>;

/**
 * Where `seen` keeps a message that a webhook told, by the id that the platform gave it. The event id is made of that id (ID_PARTS),
 * so one random index serves both: has it been seen, and which message is it.
 */
export const toldKey = ({ type, account }: Pick<Account, 'type' | 'account'>, platformId: string): Uint8Array =>
  seenKey(eventId([type, account.split(' ', 1)[0] ?? account, 'message', platformId])); // Twilio's accounts are 'AccountSid address'; ids have the AccountSid alone

const COLUMNS = 'id, direction, content_type AS "contentType", content, at';
interface ToldMessage {
  readonly id: string;
  readonly direction: string;
  readonly contentType: string;
  readonly content: string;
  readonly at: number;
}
/** The message of this channel that a webhook told under this platform id; undefined where none did, or it is past its retention. */
export async function toldMessage(tx: Tx, channel: Account, platformId: string): Promise<ToldMessage | undefined> {
  const message = await seenMessage(tx, toldKey(channel, platformId));
  if (!message) return undefined;
  const [row] = await tx.all<ToldMessage>(`SELECT ${COLUMNS} FROM messages WHERE id = $1 AND channel = $2`, [message, channel.id]);
  return row;
}

/** Our own id of a message that the platform names, sent by us or told by a webhook; undefined where it is not known. */
export async function messageIdOf(tx: Tx, channel: Account, platformId: string): Promise<string | undefined> {
  const [call] = await tx.all<{ message: string }>('SELECT message FROM calls WHERE channel = $1 AND platform_id = $2 LIMIT 1', [channel.id, platformId]);
  return call?.message ?? (await toldMessage(tx, channel, platformId))?.id;
}
