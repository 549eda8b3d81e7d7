import type { OutboundContent, Recipient, SendCommand } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { admit, type OutboundEnvironment } from './admit.ts';
import { fallbackStep } from './fallback-step.ts';
import { notBegun } from './not-begun.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { leaveQueue } from './queue-order.ts';
import { loadConversation } from './recipient.ts';

type Link = NonNullable<SendCommand['fallback']>[number];
const SOON_MS = 1000;

/** The same customer on the next channel: as the command names them, else by their phone. */
async function recipientOn(tx: Tx, m: QueuedMessage, link: Link): Promise<Recipient> {
  if (link.to) return link.to;
  const conversation = m.conversation ? await loadConversation(tx, 'c.id', m.conversation) : null;
  const phone = conversation?.identities.find((i) => i.type === 'phone');
  if (phone) return { phone: phone.value };
  throw new GatewayError('unknown_recipient', 'The fallback names no recipient, and the customer has no phone number that is known.', { pointer: '/fallback' });
}

async function standIn(tx: Tx, m: QueuedMessage, next: { link: Link; rest: readonly Link[]; nowMs: number }, env: OutboundEnvironment): Promise<string> {
  const { link, rest, nowMs } = next;
  const command: SendCommand = {
    channel: link.channel,
    to: await recipientOn(tx, m, link),
    content: JSON.parse(m.content) as OutboundContent,
    priority: m.priority === 2 ? 'high' : m.priority === 1 ? 'normal' : 'bulk',
    ...(m.author ? { author: m.author } : {}),
    ...(m.category ? { category: m.category } : {}),
    ...(m.on_closed ? { onWindowClosed: { template: JSON.parse(m.on_closed) as object } } : {}),
    ...(m.expires_at === null ? {} : { expiresAt: new Date(m.expires_at).toISOString() }),
    ...(rest.length ? { fallback: [...rest] } : {}),
    ...(m.metadata === null ? {} : { metadata: JSON.parse(m.metadata) as unknown }),
  };
  const admitted = await tx.savepoint(() => admit(tx, { source: 'fallback', key: null, tenant: m.tenant, command, nowMs, fallbackOf: { id: m.id, commandId: m.command_id } }, env));
  return admitted.id;
}

/** Only what was surely refused, or never began, can not come after all. */
const mayStillArrive = (m: QueuedMessage): boolean => (m.state === 'failed' ? m.error_code === 'outcome_unknown' : m.state !== 'expired');

/** The next link of the chain takes over; one that is refused is told in the timeline, and the one after it is asked. */
async function takeOver(tx: Tx, m: QueuedMessage, args: { canceled: boolean; nowMs: number }, env: OutboundEnvironment): Promise<void> {
  const chain = JSON.parse(m.fallback ?? '[]') as Link[];
  for (const [i, link] of chain.entries()) {
    try {
      const id = await standIn(tx, m, { link, rest: chain.slice(i + 1), nowMs: args.nowMs }, env);
      const may = mayStillArrive(m) && !args.canceled ? { mayStillArrive: true } : {};
      return await note(tx, m.id, { kind: 'fallback', detail: { message: id, channel: link.channel, canceled: args.canceled, ...may }, nowMs: args.nowMs });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      await note(tx, m.id, { kind: 'fallback_refused', detail: { channel: link.channel, error: { code: error.code, detail: error.message } }, nowMs: args.nowMs });
    }
  }
}

/** Messages whose fallback is due: called off where they can be, and the next channel takes over. Neither is sent again by itself afterwards. */
export async function runFallbacks(tx: Tx, args: { readonly nowMs: number }, env: OutboundEnvironment): Promise<void> {
  const { nowMs } = args;
  const due = await tx.all<{ id: string }>('SELECT id FROM messages WHERE fallback_at <= $1 ORDER BY fallback_at LIMIT 50', [nowMs]);
  for (const { id } of due) {
    const m = await loadMessage(tx, id);
    if (!m) continue;
    const step = fallbackStep({ state: m.state, queueState: m.queue_state, sentParts: m.sent_parts });
    await tx.run('UPDATE messages SET fallback_at = $2 WHERE id = $1', [id, step === 'wait' ? nowMs + SOON_MS : null]);
    if (step === 'wait' || step === 'none') continue;
    await tx.run('UPDATE messages SET fallback = NULL, again_at = NULL WHERE id = $1', [id]);
    await leaveQueue(tx, id); // a doubt is not resent, and later parts do not go: the other channel has it now
    if (step === 'cancel') await tell(tx, m, { status: 'canceled', nowMs });
    await takeOver(tx, m, { canceled: step === 'cancel', nowMs }, env);
  }
}

/** The first arrived after all: what stands in for it and has not begun is called off. */
export async function callOffFallbacks(tx: Tx, args: { readonly nowMs: number }): Promise<void> {
  const queued = await tx.all<{ id: string }>(
    `SELECT f.id FROM messages f JOIN messages m ON m.id = f.fallback_of WHERE f.fallback_of IS NOT NULL AND ${notBegun('f')} AND f.sent_parts = 0
     AND m.state IN ('delivered', 'read', 'played') LIMIT 50`,
  );
  for (const { id } of queued) {
    const m = await loadMessage(tx, id);
    if (!m || !(await leaveQueue(tx, id))) continue;
    await tell(tx, m, { status: 'canceled', nowMs: args.nowMs });
    await note(tx, id, { kind: 'called_off', detail: { because: m.fallback_of }, nowMs: args.nowMs });
  }
}
