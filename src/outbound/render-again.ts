import type { ChannelAdapter, Rendered } from '../../adapters/contract.ts';
import type { Identity, OutboundContent } from '../../schemas/index.ts';
import { keepMenu } from '../inbound/menus.ts';
import type { Tx } from '../store/port.ts';
import type { OutboundEnvironment } from './admit.ts';
import type { ChannelRow } from './channel-row.ts';
import { filesOf, type NamedFiles } from './media/files-of.ts';
import { namedBy } from './named-by.ts';
import type { Mode } from './policy.ts';
import { note, type QueuedMessage } from './queue.ts';
import { insertCalls, renderMessage } from './render-message.ts';

export interface AgainArgs {
  readonly channel: ChannelRow;
  readonly adapter: ChannelAdapter;
  readonly env: OutboundEnvironment;
  readonly mode: Mode;
  readonly nowMs: number;
}
interface Again {
  readonly content: OutboundContent;
  readonly rendered: Rendered;
  readonly named: NamedFiles | undefined;
}

/** The calls of a message as they would be made now. Writes nothing. */
export async function renderNow(tx: Tx, m: QueuedMessage, by: AgainArgs): Promise<Again> {
  const template = by.mode === 'template';
  const content = template ? ({ type: 'template', ...(JSON.parse(m.on_closed ?? '{}') as object) } as OutboundContent) : (JSON.parse(m.content) as OutboundContent);
  const to = JSON.parse(m.recipient ?? 'null') as Identity;
  const reactTo = content.type === 'reaction' ? await namedBy(tx, content.target, { channel: m.channel, pointer: '/content/target' }) : undefined;
  const named = await filesOf(tx, content, { channel: by.channel, env: by.env, since: m.created_at, nowMs: by.nowMs, message: m.id });
  const rendered = renderMessage({
    ...by,
    publicUrl: by.env.publicUrl,
    content,
    to,
    ownId: `${m.id}.${m.attempt}`,
    replyTo: m.reply_to ?? undefined,
    reactTo,
    ...(named ? { files: named.files } : {}),
  });
  return { content, rendered, named };
}

/** Puts them in the place of those that are kept. What has been sent stays. */
export async function replaceCalls(tx: Tx, m: QueuedMessage, { content, rendered, adapter }: Omit<Again, 'named'> & Pick<AgainArgs, 'adapter'>): Promise<void> {
  const { calls, menu } = rendered;
  if (m.sent_parts > 0) {
    for (const [i, call] of calls.entries())
      await tx.run("UPDATE calls SET path = $4, body = $5 WHERE message = $1 AND attempt = $2 AND part = $3 AND state = 'pending'", [m.id, m.attempt, i + 1, call.path, call.body]);
    return;
  }
  await tx.run('DELETE FROM calls WHERE message = $1 AND attempt = $2', [m.id, m.attempt]);
  await insertCalls(tx, { message: m.id, attempt: m.attempt, channel: m.channel, adapter }, calls);
  await tx.run('DELETE FROM menus WHERE message = $1', [m.id]);
  if (m.conversation !== null) await keepMenu(tx, { message: m.id, conversation: m.conversation, content, numbered: menu });
  await tx.run('UPDATE messages SET parts = $2, content_type = $3 WHERE id = $1', [m.id, calls.length, content.type]);
}

/** The calls of a message anew, since it goes out in another way than was thought when it was admitted. */
export async function renderAgain(tx: Tx, m: QueuedMessage, by: AgainArgs): Promise<Again> {
  const again = await renderNow(tx, m, by);
  await replaceCalls(tx, m, { ...again, adapter: by.adapter });
  await tx.run('UPDATE messages SET mode = $2 WHERE id = $1', [m.id, by.mode]);
  await note(tx, m.id, { kind: 'rendered', detail: { sentAs: by.mode }, nowMs: by.nowMs });
  return again;
}
