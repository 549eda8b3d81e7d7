import { createHash } from 'node:crypto';
import type { Adapters } from '../../adapters/contract.ts';
import type { Files } from '../../adapters/files.ts';
import { type Identity, type OutboundContent, SendCommand } from '../../schemas/index.ts';
import type { OutboundSettings } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import { newId } from '../id.ts';
import { conversationFor } from '../inbound/conversations.ts';
import { keepMenu } from '../inbound/menus.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import { type ChannelRow, channelRow, loadChannel } from './channel-row.ts';
import { situationOf } from './check-policy.ts';
import { checkTemplate } from './check-template.ts';
import { newEta } from './eta.ts';
import { insertMessage } from './insert-message.ts';
import { filesOf } from './media/files-of.ts';
import { keepPreparation, park } from './media/preparations.ts';
import { namedBy } from './named-by.ts';
import { judge } from './policy.ts';
import { note } from './queue.ts';
import { BULK, enterQueue, makeReady } from './queue-order.ts';
import { quietUntil } from './quiet-hours.ts';
import { checkQuota } from './quota.ts';
import type { ReadyMessage } from './ready.ts';
import { recipientOf } from './recipient.ts';
import { insertCalls, ONE, renderMessage } from './render-message.ts';
import { statusDraft } from './status-event.ts';
import { tenantSettings } from './tenant-settings.ts';

export interface OutboundEnvironment {
  readonly adapters: Adapters;
  readonly publicUrl: string;
  readonly outbound: OutboundSettings;
  /** What can be done with files here; see Files. */
  readonly media: Omit<Files, 'states'>;
  readonly mediaLinkDays: number;
  /** A signed link to a file of ours. */
  mediaUrl(id: string, nowMs: number): string;
}
export interface AdmitArgs {
  /** 'api', or the source of the command's CloudEvent. */
  readonly source: string;
  /** Idempotency-Key or CloudEvent id; null: none. */
  readonly key: string | null;
  /** null: an installation admin, or the commands topic; the channel gives the tenant. */
  readonly tenant: string | null;
  readonly command: SendCommand;
  readonly nowMs: number;
  /** The message that this one stands in for, and whose command asked for both. */
  readonly fallbackOf?: { readonly id: string; readonly commandId: string | null };
}
export interface Admitted {
  readonly id: string;
  readonly status: string;
  readonly eta: string;
  readonly repeated: boolean;
  readonly tenant: string;
  /** What the dispatcher needs to take it at once; null where it waits for something. */
  readonly ready: ReadyMessage | null;
  /** Its files are being got ready. */
  readonly preparing?: true;
}
const MAX_METADATA = 4096;

/** Parses a body; the first fault as GatewayError invalid_request with a pointer. */
export function parseSendCommand(body: unknown): SendCommand {
  const parsed = SendCommand.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).map(String);
    throw new GatewayError('invalid_request', `${path.join('.') || 'the body'}: ${issue?.message ?? 'not valid'}`, { pointer: `/${path.join('/')}` });
  }
  if (parsed.data.metadata !== undefined && Buffer.byteLength(JSON.stringify(parsed.data.metadata)) > MAX_METADATA)
    throw new GatewayError('invalid_request', `metadata: at most ${MAX_METADATA} bytes as JSON`, { pointer: '/metadata' });
  return parsed.data;
}

async function knownKey(tx: Tx, args: AdmitArgs, tenant: string, hash: string): Promise<Admitted | null> {
  if (args.key === null) return null;
  const [row] = await tx.all<{ message: string; body_hash: string; state: string; created_at: number }>(
    "SELECT i.message, i.body_hash, coalesce(m.state, 'unknown') AS state, i.created_at FROM idempotency i LEFT JOIN messages m ON m.id = i.message WHERE i.tenant = $1 AND i.source = $2 AND i.key = $3",
    [tenant, args.source, args.key],
  );
  if (!row) return null;
  if (row.body_hash !== hash) throw new GatewayError('idempotency_conflict', 'This key was used for another body.');
  return { id: row.message, status: row.state, eta: new Date(row.created_at).toISOString(), repeated: true, tenant, ready: null };
}

const PRIORITY = { high: 2, normal: 1, bulk: BULK } as const;
export const priorityOf = ({ priority = 'normal' }: Pick<SendCommand, 'priority'>): number => PRIORITY[priority];
const timeOf = (iso: string | undefined): number | null => (iso === undefined ? null : Date.parse(iso));

/** Validates, resolves, applies the policy and queues one message; once per (tenant, source, key). */
export async function admit(tx: Tx, args: AdmitArgs, env: OutboundEnvironment): Promise<Admitted> {
  const { command, nowMs } = args;
  const channel = await channelRow(tx, command.channel, args.tenant);
  const hash = createHash('sha256').update(JSON.stringify(command)).digest('hex');
  const known = await knownKey(tx, args, channel.tenant, hash);
  if (known) return known;
  if (command.expiresAt && Date.parse(command.expiresAt) <= nowMs) throw new GatewayError('expired', 'expiresAt is in the past.', { pointer: '/expiresAt' });
  const settings = await tenantSettings(tx, channel.tenant);
  const priority = priorityOf(command);
  await checkQuota(tx, { tenant: channel.tenant, priority, max: settings.queueMax ?? env.outbound.queueMaxPerTenant });
  await checkFallbacks(tx, command, channel.tenant);
  const prepared = await prepare(tx, args, { channel, env });
  const { rendered, id, adapter, verdict } = prepared;
  if (!verdict.ok) throw new GatewayError(verdict.code, verdict.detail, { pointer: verdict.pointer });
  const sendAt = timeOf(command.sendAt);
  const scheduled = sendAt !== null && sendAt > nowMs;
  const from = scheduled ? sendAt : nowMs;
  const quiet = priority === BULK ? quietUntil(settings.quietHours, from) : null;
  const notBefore = quiet ?? (scheduled ? sendAt : null);
  const eta = await newEta(
    tx,
    { ...channel, settings: JSON.parse(channel.settings) as Record<string, unknown> },
    { priority, limits: adapter.capabilities.limits, notBefore, nowMs },
  );
  await insertMessage(tx, args, { ...prepared, channel, priority, sendAt, scheduled, notBefore });
  const preparing = await keepPreparation(tx, { message: id, channel: channel.id, nowMs }, { ...prepared, now: notBefore === null });
  await insertCalls(tx, { message: id, attempt: 1, channel: channel.id, adapter }, rendered.calls);
  await enterQueue(tx, { channel: channel.id, priority, tenant: channel.tenant });
  const free = notBefore === null && !preparing && (await makeReady(tx, id));
  if (notBefore === null && preparing) await park(tx, id, nowMs);
  await keepMenu(tx, { message: id, conversation: prepared.conversation.id, content: prepared.content, numbered: rendered.menu });
  if (args.key !== null)
    await tx.run('INSERT INTO idempotency (tenant, source, key, message, body_hash, created_at) VALUES ($1,$2,$3,$4,$5,$6)', [
      channel.tenant,
      args.source,
      args.key,
      id,
      hash,
      nowMs,
    ]);
  await tellQueued(tx, args, { ...prepared, channel, quiet });
  const [first] = rendered.calls;
  const { units, media } = (first && adapter.costs?.(first)) ?? ONE;
  const ready = free && channel.state === 'active' ? { id, conversation: prepared.conversation.id, priority, units, media: media ? 1 : 0 } : null;
  return { id, status: 'queued', eta: new Date(eta).toISOString(), repeated: false, tenant: channel.tenant, ready, ...(preparing ? { preparing } : {}) };
}

async function tellQueued(tx: Tx, args: AdmitArgs, at: Prepared & { channel: ChannelRow; quiet: number | null }): Promise<void> {
  const { id, channel, conversation, quiet, mode } = at;
  const { command, nowMs } = args;
  const detail = {
    ...(quiet === null ? {} : { quietUntil: new Date(quiet).toISOString() }),
    ...(mode === 'plain' ? {} : { sentAs: mode }),
    ...(at.rendered.losses.length ? { losses: at.rendered.losses } : {}),
    ...(at.rendered.needs ? { preparing: [...new Set(at.rendered.needs.map((n) => n.ref))] } : {}),
    ...(at.templateChecked ? {} : { template: 'not checked: its list could not be read yet' }),
  };
  await note(tx, id, { kind: 'queued', detail, nowMs });
  const message = { id, commandId: args.fallbackOf?.commandId ?? args.key, metadata: command.metadata, attempt: 1, parts: at.rendered.calls.length, platformId: null };
  await appendEvents(tx, [statusDraft({ channel, conversation, message, status: 'queued', current: 'queued', nowMs })], nowMs);
}

async function checkFallbacks(tx: Tx, command: SendCommand, tenant: string): Promise<void> {
  for (const [i, next] of (command.fallback ?? []).entries())
    if (!(await loadChannel(tx, next.channel).then((c) => c?.tenant === tenant)))
      throw new GatewayError('unknown_channel', `There is no channel ${JSON.stringify(next.channel)}.`, { pointer: `/fallback/${i}/channel` });
}

const swapped = (command: SendCommand): OutboundContent => ({ type: 'template', ...command.onWindowClosed?.template });

export type Prepared = Awaited<ReturnType<typeof prepare>>;
/** Recipient, verdict of the policy and calls, without writing anything but a first conversation. What the policy refuses is rendered as it was asked, for the preview; there `to` stands in for the recipient that the command names. */
export async function prepare(tx: Tx, args: AdmitArgs, at: { channel: ChannelRow; env: OutboundEnvironment; to?: Identity }) {
  const { channel, env } = at;
  const { command, nowMs } = args;
  const adapter = env.adapters.of(channel.type, channel.provider);
  if (!adapter) throw new GatewayError('content_unsupported', `Sending on ${channel.type} is not possible yet.`, { pointer: '/channel' });
  const target = at.to ? { to: at.to, conversation: null } : await recipientOf(tx, command.to, channel);
  const conversation =
    target.conversation ?? (await conversationFor(tx, { id: channel.id, tenant: channel.tenant }, { addresses: [target.to], name: undefined, nowMs })).conversation;
  const id = newId('ms_', nowMs);
  const replyTo = await namedBy(tx, command.replyTo, { channel: channel.id, pointer: '/replyTo' });
  const asked = {
    content: command.content,
    author: command.author ?? null,
    category: command.category ?? null,
    bulk: command.priority === 'bulk',
    swap: command.onWindowClosed !== undefined,
    nowMs,
  };
  const situation = await situationOf(tx, asked, { channel, adapter, conversation });
  const verdict = judge(situation);
  const mode = verdict.ok ? verdict.mode : 'plain';
  const content = mode === 'template' ? swapped(command) : command.content;
  const reactTo = content.type === 'reaction' ? await namedBy(tx, content.target, { channel: channel.id, pointer: '/content/target' }) : undefined;
  const templateChecked = await checkTemplate(tx, content, { channel: channel.id, adapter });
  const named = await filesOf(tx, content, { channel, env, since: nowMs, nowMs });
  const files = named ? { files: named.files } : {};
  const rendered = renderMessage({ channel, adapter, publicUrl: env.publicUrl, content, to: target.to, ownId: `${id}.1`, replyTo, reactTo, mode, ...files });
  return { rendered, named, conversation, to: target.to satisfies Identity, id, replyTo, adapter, situation, verdict, mode, content, templateChecked } as const;
}
