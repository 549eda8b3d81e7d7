import type { Target } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';

/** The platform's id of a message that a command names by ours or by it. */
export async function namedBy(tx: Tx, target: Target | undefined, at: { channel: string; pointer: string }): Promise<string | undefined> {
  if (target === undefined) return undefined;
  if ('platformId' in target) return target.platformId;
  const [row] = await tx.all<{ platform_id: string | null }>('SELECT platform_id FROM messages WHERE id = $1 AND channel = $2', [target.id, at.channel]);
  if (!row?.platform_id)
    throw new GatewayError('invalid_request', 'There is no such message on this channel, or the platform has not named it yet.', { pointer: `${at.pointer}/id` });
  return row.platform_id;
}
