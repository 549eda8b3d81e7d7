import type { Call, Signal } from '../../adapters/contract.ts';
import type { Identity, Recipient, Target } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { sendableOf } from '../inbound/messages.ts';
import { type Account, toldMessage } from '../inbound/told-messages.ts';
import { lastOfCustomer } from '../store/message-chain.ts';
import type { Tx } from '../store/port.ts';
import type { OutboundEnvironment } from './admit.ts';
import { channelRow } from './channel-row.ts';
import { loadConversation, recipientOf } from './recipient.ts';
import { contextOf } from './render-context.ts';

export interface SignalArgs {
  /** null: an installation admin, or the commands topic. */
  readonly tenant: string | null;
  readonly signal:
    | { readonly kind: 'read'; readonly channel?: string; readonly message: Target; readonly typing?: boolean }
    | { readonly kind: 'typing'; readonly channel: string; readonly to: Recipient }
    | { readonly kind: 'typing'; readonly conversation: string };
}
/** Calls that are no message: kept nowhere, made once. */
export interface PreparedSignal {
  readonly channel: string;
  readonly calls: readonly Call[];
}
interface Meant {
  readonly channel: string;
  readonly to: Identity;
  readonly signal: Signal;
}
const unknown = (what: string, pointer?: string) => new GatewayError('not_found', `There is no such ${what}.`, pointer ? { pointer } : {});

/** The message that a webhook told under this platform id, on whichever of these channels; the newest where there are several. */
async function idOfTold(tx: Tx, platformId: string, at: { channel: string; tenant: string }): Promise<string | undefined> {
  const channels = await tx.all<Account>("SELECT id, type, account FROM channels WHERE ($1 = '' OR id = $1) AND ($2 = '' OR tenant = $2)", [at.channel, at.tenant]);
  const found: string[] = [];
  for (const channel of channels) {
    const message = await toldMessage(tx, channel, platformId);
    if (message) found.push(message.id);
  }
  return found.sort().at(-1);
}
async function ofMessage(tx: Tx, args: SignalArgs['signal'] & { kind: 'read' }, tenant: string | null): Promise<Meant> {
  const at = { channel: args.channel ?? '', tenant: tenant ?? '' };
  const id = 'id' in args.message ? args.message.id : await idOfTold(tx, args.message.platformId, at);
  const [row] = await tx.all<{ channel: string; conversation: string | null; platform_id: string | null }>(
    "SELECT channel, conversation, platform_id FROM messages WHERE id = $1 AND direction = 'inbound' AND ($2 = '' OR channel = $2) AND ($3 = '' OR tenant = $3)",
    [id, at.channel, at.tenant],
  );
  const conversation = row?.conversation ? await loadConversation(tx, 'c.id', row.conversation) : null;
  const to = conversation && (conversation.sendable ?? sendableOf(conversation.identities));
  if (!row?.platform_id || !to) throw unknown('message of a customer', '/message');
  return { channel: row.channel, to, signal: { kind: 'read', message: row.platform_id, ...(args.typing ? { typing: true } : {}) } };
}
async function ofTyping(tx: Tx, args: SignalArgs['signal'] & { kind: 'typing' }, tenant: string | null): Promise<Meant> {
  const known = 'conversation' in args ? await loadConversation(tx, 'c.id', args.conversation) : null;
  if ('conversation' in args && (!known || (tenant !== null && known.tenant !== tenant))) throw unknown('conversation');
  const channel = await channelRow(tx, 'conversation' in args ? (known?.channel ?? '') : args.channel, tenant);
  const recipient = 'conversation' in args ? { conversation: args.conversation } : args.to;
  const { to, conversation } = await recipientOf(tx, recipient, channel);
  const last = conversation && (await lastOfCustomer(tx, conversation.id));
  return { channel: channel.id, to, signal: { kind: 'typing', ...(last ? { message: last } : {}) } };
}

/** The calls that show a customer that their message was read, or that somebody writes. Reads alone: nothing is kept of it. */
export async function prepareSignal(tx: Tx, { tenant, signal }: SignalArgs, env: OutboundEnvironment): Promise<PreparedSignal> {
  const meant = signal.kind === 'read' ? await ofMessage(tx, signal, tenant) : await ofTyping(tx, signal, tenant);
  const channel = await channelRow(tx, meant.channel, tenant);
  const adapter = env.adapters.of(channel.type, channel.provider);
  if (!adapter?.renderSignal) throw new GatewayError('content_unsupported', `Neither reading nor typing can be shown on ${channel.type}.`, { pointer: '/channel' });
  const rendered = adapter.renderSignal(meant.signal, contextOf(channel, env, { to: meant.to, ownId: '' }));
  if (!rendered.ok) throw new GatewayError(rendered.error.code, rendered.error.platformMessage ?? rendered.error.code);
  return { channel: channel.id, calls: rendered.value };
}
