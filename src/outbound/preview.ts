import type { Tx } from '../store/port.ts';
import { type AdmitArgs, channelRow, type OutboundEnvironment, prepare } from './admit.ts';

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
      const { rendered, conversation } = await prepare(tx, { ...args, source: 'api', key: null }, { channel, env });
      const expires = conversation.windowExpiresAt;
      const window =
        env.adapters.of(channel.type, channel.provider)?.capabilities.windowHours === null
          ? null
          : { open: expires !== null && expires > args.nowMs, expiresAt: expires === null ? null : new Date(expires).toISOString() };
      const calls = rendered.calls.map((c) => ({ method: c.method, url: c.path, body: c.body }));
      throw new Undo({ calls, parts: calls.length, losses: rendered.losses, window, consent: 'not_recorded', eta: new Date(args.nowMs).toISOString() }); // takes back a conversation that was made on the way
    });
  } catch (error) {
    if (error instanceof Undo) return error.value;
    throw error;
  }
}
