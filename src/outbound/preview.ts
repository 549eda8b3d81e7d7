import { z } from 'zod';
import type { ChannelAdapter, MenuOption } from '../../adapters/contract.ts';
import type { MediaNeed } from '../../adapters/files.ts';
import { type ChannelType, FAILURES, type Identity, Recipient, SendCommand } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Conversation } from '../inbound/conversations.ts';
import type { Tx } from '../store/port.ts';
import { type OutboundEnvironment, prepare, priorityOf } from './admit.ts';
import { type ChannelRow, channelRow } from './channel-row.ts';
import { consentWord } from './consent-rule.ts';
import { newEta } from './eta.ts';
import { isMarketing } from './policy.ts';

/** Body of `POST /v1/messages/preview`: a message; without a channel, or with "*", on every channel of the tenant, and then to nobody in particular too. */
export const PreviewCommand = SendCommand.extend({ channel: z.string().min(1).optional(), to: Recipient.optional() });
export interface PreviewArgs {
  readonly tenant: string | null;
  readonly command: z.infer<typeof PreviewCommand>;
  readonly nowMs: number;
}
interface Preview {
  readonly calls: readonly { method: string; url: string; body: string }[];
  readonly parts: number;
  readonly losses: readonly { code: string; detail: string }[];
  /** What stands in the calls for what is not there yet: an upload's id, or the link to a converted file. The calls are these, but for it. */
  readonly placeholders?: readonly { readonly placeholder: string; readonly media: string; readonly becomes: 'upload' | 'link'; readonly convertedTo?: string }[];
  /** Options that the customer answers by number. */
  readonly menu?: readonly MenuOption[];
  readonly encoding?: string;
  readonly segments?: number;
  readonly window: { open: boolean; expiresAt: string | null } | null;
  readonly consent: string;
  readonly eta: string;
}
type OfOne = { readonly channel: string; readonly type: ChannelType } & (
  | (Preview & { readonly recipient: 'given' | 'stand_in' })
  | { readonly error: { readonly code: string; readonly detail: string; readonly advice: string; readonly pointer?: string } }
);
/** Shown where the recipient that was named, if any, has no address on a channel. */
const STAND_IN: Readonly<Record<ChannelType, Identity>> = {
  whatsapp: { type: 'phone', value: '+10000000000' },
  sms: { type: 'phone', value: '+10000000000' },
  rcs: { type: 'phone', value: '+10000000000' },
  messenger: { type: 'psid', value: '0' },
  instagram: { type: 'igsid', value: '0' },
};

/** Takes back what was written on the way (a first conversation). */
class Undo extends Error {
  readonly value: Preview;
  constructor(value: Preview) {
    super('undo');
    this.value = value;
  }
}
function windowOf(conversation: Conversation, { capabilities }: ChannelAdapter, nowMs: number): Preview['window'] {
  const expires = conversation.windowExpiresAt;
  if (capabilities.windowHours === null) return null;
  return { open: expires !== null && expires > nowMs, expiresAt: expires === null ? null : new Date(expires).toISOString() };
}
const placeholder = (need: MediaNeed) => ({
  placeholder: need.placeholder,
  media: need.ref,
  becomes: need.by,
  ...(need.conversion ? { convertedTo: need.conversion.into } : {}),
});
async function etaOn(tx: Tx, { command, nowMs }: PreviewArgs, { channel, adapter }: { channel: ChannelRow; adapter: ChannelAdapter }): Promise<string> {
  const paced = { ...channel, settings: JSON.parse(channel.settings) as Record<string, unknown> };
  const notBefore = command.sendAt ? Date.parse(command.sendAt) : null;
  return new Date(await newEta(tx, paced, { priority: priorityOf(command), limits: adapter.capabilities.limits, notBefore, nowMs })).toISOString();
}
async function previewOn(tx: Tx, args: PreviewArgs & { readonly command: SendCommand }, at: { channel: ChannelRow; env: OutboundEnvironment; to?: Identity }): Promise<Preview> {
  try {
    return await tx.savepoint(async () => {
      const { rendered, conversation, adapter, situation } = await prepare(tx, { ...args, source: 'api', key: null }, at);
      const { consents, channel } = situation;
      const calls = rendered.calls.map((c) => ({ method: c.method, url: c.path, body: c.body }));
      throw new Undo({
        calls,
        parts: calls.length,
        losses: rendered.losses,
        ...(rendered.needs ? { placeholders: rendered.needs.map(placeholder) } : {}),
        ...(rendered.menu ? { menu: rendered.menu } : {}),
        ...rendered.sms,
        window: windowOf(conversation, adapter, args.nowMs),
        consent: consentWord(consents, { channel: channel.id, service: channel.service, marketing: isMarketing(situation), nowMs: args.nowMs }),
        eta: await etaOn(tx, args, { channel: at.channel, adapter }),
      });
    });
  } catch (error) {
    if (error instanceof Undo) return error.value;
    throw error;
  }
}

async function previewEach(tx: Tx, args: PreviewArgs, env: OutboundEnvironment): Promise<OfOne[]> {
  const rows = await tx.all<{ id: string }>("SELECT id FROM channels WHERE state <> 'deleted' AND ($1 = 1 OR tenant = $2) ORDER BY id", [
    args.tenant === null ? 1 : 0,
    args.tenant,
  ]);
  const previews: OfOne[] = [];
  for (const { id } of rows) {
    const channel = await channelRow(tx, id, args.tenant);
    const on = (to?: Identity) => previewOn(tx, { ...args, command: { to: { psid: '0' }, ...args.command, channel: id } as SendCommand }, { channel, env, ...(to ? { to } : {}) });
    const standIn = () => on(STAND_IN[channel.type]).then((shown) => ({ ...shown, recipient: 'stand_in' as const }));
    const given = () => on().then((shown) => ({ ...shown, recipient: 'given' as const }));
    try {
      const shown = args.command.to
        ? await given().catch((error: unknown) => (error instanceof GatewayError && error.code === 'unknown_recipient' ? standIn() : Promise.reject(error)))
        : await standIn();
      previews.push({ channel: id, type: channel.type, ...shown });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { code, message, pointer } = error;
      previews.push({ channel: id, type: channel.type, error: { code, detail: message, advice: FAILURES[code].advice, ...(pointer ? { pointer } : {}) } });
    }
  }
  return previews;
}

/** The exact calls of a message without sending it, on one channel or on all; a closed window is shown, not refused. Nothing is kept. */
export async function preview(tx: Tx, args: PreviewArgs, env: OutboundEnvironment): Promise<Preview | { readonly previews: readonly OfOne[] }> {
  const { channel, to } = args.command;
  if (channel === undefined || channel === '*') return { previews: await previewEach(tx, args, env) };
  if (to === undefined) throw new GatewayError('invalid_request', 'to: name the recipient; only a preview of all channels goes without', { pointer: '/to' });
  return previewOn(tx, { ...args, command: { ...args.command, channel, to } }, { channel: await channelRow(tx, channel, args.tenant), env });
}
