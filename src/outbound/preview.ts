import type { Tx } from '../store/port.ts';
import { type AdmitArgs, type OutboundEnvironment, prepare, priorityOf } from './admit.ts';
import { channelRow } from './channel-row.ts';
import { consentWord } from './consent-rule.ts';
import { newEta } from './eta.ts';
import { isMarketing } from './policy.ts';

export type PreviewArgs = Omit<AdmitArgs, 'source' | 'key'>;
export interface Preview {
  readonly calls: readonly { method: string; url: string; body: string }[];
  readonly parts: number;
  readonly losses: readonly { code: string; detail: string }[];
  readonly window: { open: boolean; expiresAt: string | null } | null;
  readonly consent: string;
  readonly eta: string;
}
class Undo extends Error {
  readonly value: Preview;
  constructor(value: Preview) {
    super('undo');
    this.value = value;
  }
}

/** The exact calls of a message without sending it; a closed window is shown, not refused. Nothing is kept. */
export async function preview(tx: Tx, args: PreviewArgs, env: OutboundEnvironment): Promise<Preview> {
  const channel = await channelRow(tx, args.command.channel, args.tenant);
  try {
    return await tx.savepoint(async () => {
      const { rendered, conversation, adapter, situation: s } = await prepare(tx, { ...args, source: 'api', key: null }, { channel, env });
      const expires = conversation.windowExpiresAt;
      const { windowHours, limits } = adapter.capabilities;
      const window = windowHours === null ? null : { open: expires !== null && expires > args.nowMs, expiresAt: expires === null ? null : new Date(expires).toISOString() };
      const calls = rendered.calls.map((c) => ({ method: c.method, url: c.path, body: c.body }));
      const consent = consentWord(s.consents, { channel: channel.id, service: s.channel.service, marketing: isMarketing(s), nowMs: args.nowMs });
      const paced = { ...channel, settings: JSON.parse(channel.settings) as Record<string, unknown> };
      const eta = await newEta(tx, paced, {
        priority: priorityOf(args.command),
        limits,
        notBefore: args.command.sendAt ? Date.parse(args.command.sendAt) : null,
        nowMs: args.nowMs,
      });
      throw new Undo({ calls, parts: calls.length, losses: rendered.losses, window, consent, eta: new Date(eta).toISOString() }); // takes back a conversation that was made on the way
    });
  } catch (error) {
    if (error instanceof Undo) return error.value;
    throw error;
  }
}
