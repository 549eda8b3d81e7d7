import { namedFiles, type OutboundContent } from '../../../schemas/index.ts';
import type { Tx } from '../../store/port.ts';
import type { ChannelRow } from '../channel-row.ts';
import { hashOfUrl, uploadAccount } from './files-of.ts';

interface Named {
  readonly id: string;
  readonly content: string;
  readonly tenant: string;
  readonly channel: string;
}
async function mediaOf(tx: Tx, m: Named): Promise<string[]> {
  const found: string[] = [];
  for (const { media } of namedFiles(JSON.parse(m.content) as OutboundContent)) {
    if ('id' in media) found.push(media.id);
    else
      found.push(...(await tx.all<{ media: string }>('SELECT media FROM media_fetches WHERE tenant = $1 AND url_hash = $2', [m.tenant, hashOfUrl(media.url)])).map((f) => f.media));
  }
  return found;
}

/** The platform does not know a file that a call named, or could not fetch it: its upload is forgotten, so that the next try of the message makes it anew, also of what went by address. Once a message; false: that was done already, or it names no file. */
export async function forgetUploads(tx: Tx, message: string, at: { readonly attempt: number; readonly part: number }): Promise<boolean> {
  const [m] = await tx.all<Named>('SELECT id, content, tenant, channel FROM messages WHERE id = $1', [message]);
  if (m && namedFiles(JSON.parse(m.content) as OutboundContent).length > 0)
    await tx.run(
      "INSERT INTO preparations (message, channel, state, parked, renewed, until, tries, next_at) VALUES ($1,$2,'ready',0,0,0,NULL,0) ON CONFLICT (message) DO NOTHING",
      [message, m.channel],
    );
  const changed = await tx.run("UPDATE preparations SET state = 'failed', renewed = 1 WHERE message = $1 AND state = 'ready' AND renewed = 0", [message]);
  const [call] = await tx.all<{ body: string }>('SELECT body FROM calls WHERE message = $1 AND attempt = $2 AND part = $3', [message, at.attempt, at.part]);
  const [channel] = m ? await tx.all<Pick<ChannelRow, 'type' | 'account'>>('SELECT type, account FROM channels WHERE id = $1', [m.channel]) : [];
  if (changed === 0 || !m || !call || !channel) return false;
  const account = uploadAccount(channel);
  // Another message may have uploaded it anew meanwhile: only what this call named is forgotten.
  for (const media of await mediaOf(tx, m))
    for (const { variant, id } of await tx.all<{ variant: string; id: string }>('SELECT variant, platform_id AS id FROM media_uploads WHERE media = $1 AND account = $2', [
      media,
      account,
    ]))
      if (call.body.includes(JSON.stringify(id)))
        await tx.run('DELETE FROM media_uploads WHERE media = $1 AND variant = $2 AND account = $3 AND platform_id = $4', [media, variant, account, id]);
  return true;
}
