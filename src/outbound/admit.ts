import { createHash } from 'node:crypto';
import type { Adapters, ChannelAdapter, Provider, RenderContext } from '../../adapters/contract.ts';
import { type ChannelType, FAILURES, type Identity, type OutboundContent, SendCommand } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { newId } from '../id.ts';
import { type Conversation, conversationFor } from '../inbound/conversations.ts';
import { keepMenu } from '../inbound/menus.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import { checkTemplate } from './check-template.ts';
import { namedBy } from './named-by.ts';
import { recipientOf } from './recipient.ts';
import { contextOf } from './render-context.ts';
import { statusDraft } from './status-event.ts';

export interface OutboundEnvironment {
  readonly adapters: Adapters;
  readonly publicUrl: string;
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
}
export interface Admitted {
  readonly id: string;
  readonly status: string;
  readonly eta: string;
  readonly repeated: boolean;
  readonly tenant: string;
}
export interface ChannelRow {
  id: string;
  type: ChannelType;
  provider: Provider;
  tenant: string;
  name: string | null;
  address: string | null;
  account: string;
  settings: string;
  state: string;
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

export async function channelRow(tx: Tx, id: string, tenant: string | null): Promise<ChannelRow> {
  const [row] = await tx.all<ChannelRow>("SELECT id, type, provider, tenant, name, address, account, settings, state FROM channels WHERE id = $1 AND state <> 'deleted'", [id]);
  if (!row || (tenant !== null && row.tenant !== tenant)) throw new GatewayError('unknown_channel', `There is no channel ${JSON.stringify(id)}.`, { pointer: '/channel' });
  return row;
}

async function knownKey(tx: Tx, args: AdmitArgs, tenant: string, hash: string): Promise<Admitted | null> {
  if (args.key === null) return null;
  const [row] = await tx.all<{ message: string; body_hash: string; state: string; created_at: number }>(
    "SELECT i.message, i.body_hash, coalesce(m.state, 'unknown') AS state, i.created_at FROM idempotency i LEFT JOIN messages m ON m.id = i.message WHERE i.tenant = $1 AND i.source = $2 AND i.key = $3",
    [tenant, args.source, args.key],
  );
  if (!row) return null;
  if (row.body_hash !== hash) throw new GatewayError('idempotency_conflict', 'This key was used for another body.');
  return { id: row.message, status: row.state, eta: new Date(row.created_at).toISOString(), repeated: true, tenant };
}

/** Policy that is known before the platform is asked. A refusal names the rule and the fix. */
function checkPolicy(args: AdmitArgs, adapter: ChannelAdapter, conversation: Conversation): void {
  const { command, nowMs } = args;
  if (command.expiresAt && Date.parse(command.expiresAt) <= nowMs) throw new GatewayError('expired', 'expiresAt is in the past.', { pointer: '/expiresAt' });
  const free = command.content.type !== 'template' && command.content.type !== 'raw';
  if (adapter.capabilities.windowHours === null || !free) return;
  const open = conversation.windowExpiresAt !== null && conversation.windowExpiresAt > nowMs;
  if (!open) {
    const since = conversation.windowExpiresAt === null ? 'the customer has not written to this channel' : `it closed at ${new Date(conversation.windowExpiresAt).toISOString()}`;
    throw new GatewayError('window_closed', `Free-form messages are allowed for ${adapter.capabilities.windowHours} h after the customer's last one: ${since}.`, {
      pointer: '/content',
    });
  }
}

const INSERT = `INSERT INTO messages (id, tenant, channel, conversation, contact, direction, platform_id, state, content_type, content, preview, at, created_at, updated_at, reply_to, author, priority, send_at, expires_at,
  queue_state, next_at, attempt, parts, sent_parts, command_source, command_id, metadata, recipient)
  VALUES ($1,$2,$3,$4,$5,'outbound',NULL,'queued',$6,$7,$8,$9,$9,$9,$10,$11,$12,$13,$14,$15,$16,1,$17,0,$18,$19,$20,$21)`;
/** The words of a message, for lists. */
function previewOf(content: OutboundContent): string {
  const words = 'text' in content ? content.text : 'body' in content ? content.body : 'caption' in content ? content.caption : undefined;
  return (words ?? '').slice(0, 120).toWellFormed();
}
const PRIORITY = { high: 2, normal: 1, bulk: 0 } as const;

/** Validates, resolves and queues one message; once per (tenant, source, key). */
export async function admit(tx: Tx, args: AdmitArgs, env: OutboundEnvironment): Promise<Admitted> {
  const { command, nowMs } = args;
  const channel = await channelRow(tx, command.channel, args.tenant);
  const hash = createHash('sha256').update(JSON.stringify(command)).digest('hex');
  const known = await knownKey(tx, args, channel.tenant, hash);
  if (known) return known;
  const { rendered, conversation, adapter, to, id, replyTo, templateChecked } = await prepare(tx, args, { channel, env });
  checkPolicy(args, adapter, conversation);
  const sendAt = command.sendAt ? Date.parse(command.sendAt) : null;
  const later = sendAt !== null && sendAt > nowMs;
  await tx.run(INSERT, [
    id,
    channel.tenant,
    channel.id,
    conversation.id,
    conversation.contact,
    command.content.type,
    JSON.stringify(command.content),
    previewOf(command.content),
    nowMs,
    replyTo ?? null,
    command.author ?? null,
    PRIORITY[command.priority ?? 'normal'],
    sendAt,
    command.expiresAt ? Date.parse(command.expiresAt) : null,
    later ? 'waiting' : 'ready',
    later ? sendAt : null,
    rendered.calls.length,
    args.source,
    args.key,
    command.metadata === undefined ? null : JSON.stringify(command.metadata),
    JSON.stringify(to),
  ]);
  for (const [i, call] of rendered.calls.entries()) {
    await tx.run(
      "INSERT INTO calls (message, attempt, part, channel, state, status, platform_id, epoch, started_at, ended_at, method, path, content_type, body, failure) VALUES ($1,1,$2,$3,'pending','queued',NULL,0,NULL,NULL,$4,$5,$6,$7,NULL)",
      [id, i + 1, channel.id, call.method, call.path, call.contentType, call.body],
    );
  }
  await keepMenu(tx, { message: id, conversation: conversation.id, content: command.content, numbered: rendered.menu });
  if (args.key !== null)
    await tx.run('INSERT INTO idempotency (tenant, source, key, message, body_hash, created_at) VALUES ($1,$2,$3,$4,$5,$6)', [
      channel.tenant,
      args.source,
      args.key,
      id,
      hash,
      nowMs,
    ]);
  await tx.run("INSERT INTO timeline (id, message, at, recorded_at, kind, detail) VALUES ($1,$2,$3,$3,'queued',$4)", [
    newId('tl_', nowMs),
    id,
    nowMs,
    JSON.stringify({ ...(rendered.losses.length ? { losses: rendered.losses } : {}), ...(templateChecked ? {} : { template: 'not checked: its list could not be read yet' }) }),
  ]);
  const message = { id, commandId: args.key, metadata: command.metadata, attempt: 1, parts: rendered.calls.length, platformId: null };
  await appendEvents(tx, [statusDraft({ channel, conversation, message, status: 'queued', current: 'queued', nowMs })], nowMs);
  return { id, status: 'queued', eta: new Date(later ? sendAt : nowMs).toISOString(), repeated: false, tenant: channel.tenant };
}

/** Recipient and calls, without writing anything but a first conversation. `to` stands in for the recipient that the command names. */
export async function prepare(tx: Tx, args: AdmitArgs, at: { channel: ChannelRow; env: OutboundEnvironment; to?: Identity }) {
  const { channel, env } = at;
  const adapter = env.adapters.of(channel.type, channel.provider);
  if (!adapter) throw new GatewayError('content_unsupported', `Sending on ${channel.type} is not possible yet.`, { pointer: '/channel' });
  const templateChecked = await checkTemplate(tx, args.command.content, { channel: channel.id, adapter });
  const target = at.to ? { to: at.to, conversation: null } : await recipientOf(tx, args.command.to, channel);
  const conversation =
    target.conversation ?? (await conversationFor(tx, { id: channel.id, tenant: channel.tenant }, { addresses: [target.to], name: undefined, nowMs: args.nowMs })).conversation;
  const id = newId('ms_', args.nowMs);
  const { content } = args.command;
  const replyTo = await namedBy(tx, args.command.replyTo, { channel: channel.id, pointer: '/replyTo' });
  const reactTo = content.type === 'reaction' ? await namedBy(tx, content.target, { channel: channel.id, pointer: '/content/target' }) : undefined;
  const context: RenderContext = {
    ...contextOf(channel, env, { to: target.to, ownId: `${id}.1` }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(reactTo === undefined ? {} : { reactTo }),
  };
  const rendered = adapter.render(content, context);
  if (!rendered.ok) throw new GatewayError(rendered.error.code, rendered.error.platformMessage ?? FAILURES[rendered.error.code].title, { pointer: '/content' });
  return { rendered: rendered.value, conversation, adapter, to: target.to satisfies Identity, id, replyTo, templateChecked };
}
