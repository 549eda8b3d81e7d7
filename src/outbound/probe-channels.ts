import { sql } from 'kysely';
import type { Adapters, ChannelAdapter } from '../../adapters/contract.ts';
import type { Store } from '../store/port.ts';
import { callPlatform } from './call-platform.ts';
import type { Claimed } from './claim.ts';
import type { OutcomeArgs } from './record-outcome.ts';
import type { SendingChannel } from './sending-channel.ts';

export interface ProbeDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channelOf(id: string): SendingChannel | null;
  record(args: OutcomeArgs): Promise<void>;
  /** A planned stop waits for it. */
  counted<T>(work: Promise<T>): Promise<T>;
  /** It sends again. */
  resumed(channel: string): void;
  log(level: 'warn', message: string, fields: Readonly<Record<string, unknown>>): void;
}
interface Paused {
  readonly id: string;
  readonly state_reason: string | null;
  readonly updated_at: number;
}
/** No refusal is told more often than this: some accounts stay restricted for weeks. */
const MOST_MS = 3_600_000;
const CHECK_MS = 10_000;

/** When a paused channel is tried for the nth time (from 0) after the time before: twice as long each time, an hour at most. */
export const probeAfterMs = (tries: number, firstMs: number): number => Math.min(MOST_MS, firstMs * 2 ** Math.min(tries, 20));

/**
 * Tries channels that the platform itself stopped, with back-off: refused credentials by a read, all else by one waiting message, which
 * stays queued where the platform still refuses the channel. What an operator paused is left alone.
 */
export function createProber(deps: ProbeDeps, { firstMs }: { firstMs: number }) {
  const tried = new Map<string, { tries: number; at: number; since: number }>();
  const state = { looking: false };

  /** Whether the credentials reach the account. */
  async function reaches({ account, businessAccount, baseUrl, credentials, settings }: SendingChannel, adapter: ChannelAdapter): Promise<'yes' | 'no' | 'not told'> {
    const options = { baseUrl, credentials, signal: AbortSignal.timeout(CHECK_MS) };
    const findings = (await adapter.check?.({ account, businessAccount, address: null, settings, webhooks: [], secrets: [] }, options)) ?? [];
    return findings.some((f) => f.access) ? 'yes' : findings.every((f) => f.ok) ? 'not told' : 'no';
  }
  async function waiting(channel: string): Promise<string | undefined> {
    const { rows } = await sql<{ id: string }>`SELECT id FROM messages WHERE channel = ${channel} AND queue_state = 'ready' ORDER BY priority DESC, id LIMIT 1`.execute(
      deps.store.read,
    );
    return rows[0]?.id;
  }
  async function byMessage(claimed: Claimed, channel: SendingChannel, adapter: ChannelAdapter): Promise<boolean> {
    const args = await callPlatform(claimed, channel, adapter);
    await deps.record({ ...args, trial: true });
    return args.outcome.kind === 'sent';
  }
  async function probe(paused: Paused): Promise<boolean> {
    const channel = deps.channelOf(paused.id);
    const adapter = channel && deps.adapters.of(channel.type, channel.provider);
    const epoch = deps.store.lease.epoch(deps.store.lease.shardOf(paused.id));
    if (!channel || !adapter || epoch === null) return false;
    if (paused.state_reason === 'channel_unauthorized') {
      const reached = await reaches(channel, adapter);
      if (reached === 'yes') return deps.store.write('resumeChannel', { id: paused.id, reason: paused.state_reason, nowMs: Date.now() });
      if (reached === 'no') return false;
    }
    const id = await waiting(paused.id);
    const claimed = id === undefined ? null : await deps.store.write('claim', { id, epoch, nowMs: Date.now(), trial: true });
    return claimed ? deps.counted(byMessage(claimed, channel, adapter)) : false;
  }

  return {
    /** Call every second. */
    async look(): Promise<void> {
      if (state.looking) return;
      state.looking = true;
      try {
        const { rows } = await sql<Paused>`SELECT id, state_reason, updated_at FROM channels WHERE state = 'paused' AND state_reason <> 'operator'`.execute(deps.store.read);
        const ids = new Set(rows.map((r) => r.id));
        for (const id of tried.keys()) if (!ids.has(id)) tried.delete(id);
        for (const row of rows) {
          const so = tried.get(row.id);
          // Paused anew since: from the beginning.
          const mine = so?.since === row.updated_at ? so : { tries: 0, at: performance.now() + probeAfterMs(0, firstMs), since: row.updated_at };
          tried.set(row.id, mine);
          if (performance.now() < mine.at) continue;
          tried.set(row.id, { ...mine, tries: mine.tries + 1, at: performance.now() + probeAfterMs(mine.tries + 1, firstMs) });
          if (await probe(row)) deps.resumed(row.id);
        }
      } catch (error) {
        deps.log('warn', 'a paused channel could not be tried', { error: (error as Error).message.slice(0, 200) });
      } finally {
        state.looking = false;
      }
    },
  };
}
