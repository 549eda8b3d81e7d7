import type { ChannelConfig } from '../config/config.ts';
import { type Platform, startStandalone } from '../standalone-sandbox.ts';
import type { Trial } from './scenarios.ts';

/** One simulated platform as the runner sees it: by its own routes alone, as anybody does. */
export interface Bench {
  readonly platform: Platform;
  /** The gateway's channel on it. */
  readonly channel: string;
  write(from: string, text: string): Promise<{ id: string; customer: string }>;
  shown(phone: string): Promise<string[]>;
  begin(faults: readonly Trial[], seed: number): Promise<void>;
  /** Ends all faults; how often each struck. */
  end(): Promise<Readonly<Record<string, number>>>;
  advance(seconds: number): Promise<void>;
  stats(): Promise<{ acknowledged: number; refused: Readonly<Record<string, number>> }>;
  stop(): Promise<void>;
}
const LONG_S = 3600;

export async function startBench({
  platform,
  channels,
  webhook,
  log,
}: {
  platform: Platform;
  channels: readonly ChannelConfig[];
  webhook: string;
  log(line: string): void;
}): Promise<Bench | null> {
  const carried = channels.filter((c) => (platform === 'sms' ? c.type === 'sms' : c.type === platform && c.provider === 'meta'));
  const [channel] = carried;
  const base = channel?.settings.baseUrl;
  if (!channel || typeof base !== 'string') return null;
  const running = await startStandalone({ only: platform, channels, webhook, port: Number(new URL(base).port), log });
  async function call<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const response = await fetch(`${running.url}/sandbox/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
        if (!response.ok) throw new Error(`/sandbox/${path} answers ${response.status}: ${await response.text()}`);
        return (await response.json()) as T;
      } catch (error) {
        if (tries === 40 || !(error as { cause?: unknown }).cause) throw error; // connection-refused closes this port too
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  return {
    platform,
    channel: channel.id,
    write: (from, text) => call(`${platform}/messages`, 'POST', { from, text, name: 'Ana' }),
    async shown(phone) {
      const { messages } = await call<{ messages: { from: string; text: string }[] }>(`${platform}/messages?phone=${encodeURIComponent(phone)}`);
      return messages.filter((m) => m.from === 'business').map((m) => m.text);
    },
    async begin(faults, seed) {
      for (const [i, fault] of faults.entries()) await call('faults', 'POST', { ...fault, seconds: LONG_S, seed: seed + i });
    },
    async end() {
      const { faults } = await call<{ faults: { kind: string; struck: number }[] }>('faults');
      await call('faults', 'DELETE');
      return Object.fromEntries(faults.map((f) => [f.kind, f.struck]));
    },
    advance: async (advanceSeconds) => void (await call('clock', 'POST', { advanceSeconds })),
    async stats() {
      const all = await call<Record<string, { webhooks: { acknowledged: number }; refused: Record<string, number> }>>('stats');
      return { acknowledged: all[platform]?.webhooks.acknowledged ?? 0, refused: all[platform]?.refused ?? {} };
    },
    stop: running.stop,
  };
}
