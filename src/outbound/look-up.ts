import { sql } from 'kysely';
import type { Adapters } from '../../adapters/contract.ts';
import type { Store } from '../store/port.ts';
import type { CallOutcome } from './record-outcome.ts';
import { redact } from './redact.ts';
import type { SendingChannel } from './sending-channel.ts';

export interface LookUpDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channelOf(id: string): SendingChannel | null;
  log(level: 'warn', message: string, fields: Readonly<Record<string, unknown>>): void;
}
/** When a call in doubt is looked up, counted from its call: a status that carries our id mostly settles it before. */
const ASK_AT_MS = [5000, 20_000, 60_000, 180_000, 420_000] as const;
const CALL_MS = 10_000;
/** Doubts that are looked at, and platform calls that are made, each time: after an outage there are many. */
const MOST_DOUBTS = 1000;
const MOST_CALLS = 20;

/** Asks platforms that can be asked whether they have a call whose outcome is not known. Only what is found settles it: a text that is not found may have been rewritten by the platform, so the channel's policy decides when the time is over. */
export function createLookUp(deps: LookUpDeps) {
  const asked = new Map<string, number>();
  const state = { looking: false, calls: 0 };

  async function one(call: {
    message: string;
    attempt: number;
    part: number;
    channel: string;
    method: string;
    path: string;
    content_type: string;
    body: string;
    started_at: number;
  }): Promise<void> {
    const channel = deps.channelOf(call.channel);
    const adapter = channel && deps.adapters.of(channel.type, channel.provider);
    const key = `${call.message}.${call.attempt}.${call.part}`;
    const times = asked.get(key) ?? 0;
    const wait = ASK_AT_MS[times];
    if (!channel || !adapter?.lookUp || wait === undefined || Date.now() < call.started_at + wait || state.calls >= MOST_CALLS) return;
    state.calls++;
    asked.set(key, times + 1);
    const made = { method: call.method as 'POST', path: call.path, contentType: call.content_type as 'application/json', body: call.body };
    const options = { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: AbortSignal.timeout(CALL_MS) };
    const at = Date.now();
    const found = await adapter.lookUp(made, { account: channel.account, since: new Date(call.started_at) }, options);
    if (!found) return;
    const outcome: CallOutcome = { kind: 'sent', platformId: found.platformId, aliases: found.aliases, final: adapter.capabilities.acceptedIsSent === true };
    const exchange = { at, ms: Date.now() - at, request: JSON.stringify({ method: 'GET', path: 'look-up' }), status: found.status, response: redact(found.body) };
    await deps.store.write('recordOutcome', { message: call.message, attempt: call.attempt, part: call.part, outcome, exchange, random: Math.random(), nowMs: Date.now() });
    asked.delete(key);
  }
  return {
    /** Call now and then. */
    async look(): Promise<void> {
      if (state.looking) return;
      state.looking = true;
      state.calls = 0;
      try {
        const rows = await deps.store.read
          .selectFrom('messages as m')
          .innerJoin('calls as c', (join) => join.onRef('c.message', '=', 'm.id').onRef('c.attempt', '=', 'm.attempt'))
          .select(['c.message', 'c.attempt', 'c.part', 'c.channel', 'c.method', 'c.path', 'c.content_type', 'c.body', 'c.started_at'])
          .where(sql<boolean>`m.queue_state = 'doubt'`) // as text: a bound value finds no partial index
          .where('c.state', '=', 'unknown')
          .orderBy('m.next_at') // as messages_doubt has them: by id, SQLite walks all messages instead
          .limit(MOST_DOUBTS)
          .execute();
        const inDoubt = new Set(rows.map((r) => `${r.message}.${r.attempt}.${r.part}`));
        for (const key of asked.keys()) if (!inDoubt.has(key)) asked.delete(key);
        for (const row of rows) await one({ ...row, started_at: Number(row.started_at ?? 0) });
      } catch (error) {
        deps.log('warn', 'a call in doubt could not be looked up', { error: (error as Error).message.slice(0, 200) });
      } finally {
        state.looking = false;
      }
    },
  };
}
