import type { Adapters } from '../../adapters/contract.ts';
import { GatewayError } from '../gateway-error.ts';
import type { SendingChannel } from '../outbound/sending-channel.ts';
import type { Store } from '../store/port.ts';

export interface TemplateSyncDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channels(): readonly SendingChannel[];
  log(level: 'warn' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
}
const EVERY_MS = 3_600_000;
/** After a reading that failed. */
const AGAIN_MS = 300_000;
const CALL_MS = 60_000;
/** Events of one change come in numbers: they are one reading. */
const REST_MS = 500;

/**
 * Keeps the platform's list of templates: read at the start, every hour, and when the platform says that one has changed. What it says
 * is only the sign: the list is read anew, so that a sign which was missed costs an hour at most.
 */
export function createTemplateSync(deps: TemplateSyncDeps) {
  const { store } = deps;
  const state = { stopping: false, read: -1, looking: false, again: false };
  const aborting = new AbortController();
  const known = new Set<string>();
  const running = new Map<string, Promise<void>>();
  /** One later try of a channel at most. */
  const later = new Map<string, NodeJS.Timeout>();
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;

  async function sync(channel: SendingChannel): Promise<void> {
    const adapter = deps.adapters.of(channel.type, channel.provider);
    if (!adapter?.templates || state.stopping) return;
    const signal = AbortSignal.any([AbortSignal.timeout(CALL_MS), aborting.signal]);
    try {
      const templates = await adapter.templates(channel, { baseUrl: channel.baseUrl, credentials: channel.credentials, signal });
      if (templates) await store.write('saveTemplates', { channel: channel.id, listed: { ok: true, templates }, nowMs: Date.now() });
    } catch (error) {
      if (state.stopping || error instanceof GatewayError) return; // the store is away: next time
      const { code, platformCode, platformMessage } = adapter.classify(error);
      known.delete(channel.id); // new credentials are tried at once
      clearTimeout(later.get(channel.id));
      later.set(channel.id, setTimeout(() => void byId(channel.id), AGAIN_MS).unref());
      deps.log('debug', 'templates could not be listed', { channel: channel.id, code, platformCode });
      const fault = platformMessage === undefined ? code : `${code}: ${platformMessage}`;
      await store.write('saveTemplates', { channel: channel.id, listed: { ok: false, fault }, nowMs: Date.now() }).catch(() => {}); // nothing but the note is lost
    }
  }
  /** One reading of a channel at a time; who asks meanwhile gets the next. */
  function refresh(channel: SendingChannel): Promise<void> {
    const next = (running.get(channel.id) ?? Promise.resolve()).then(() => sync(channel));
    running.set(channel.id, next);
    return next.finally(() => {
      if (running.get(channel.id) === next) running.delete(channel.id);
    });
  }
  /** With the credentials that the channel has now. */
  async function byId(id: string): Promise<void> {
    const channel = deps.channels().find((c) => c.id === id);
    if (channel) await refresh(channel);
  }
  const all = (channels: readonly SendingChannel[]) => Promise.all(channels.map(refresh));

  /** Channels whose account the platform has told a change of. A fact of a business account stands under its oldest channel alone. */
  async function look(): Promise<void> {
    const last = await store.lastOffset();
    if (last <= state.read) return;
    const rows = await store.read
      .selectFrom('events')
      .select('channel')
      .distinct()
      .where('off', '>', state.read)
      .where('off', '<=', last)
      .where('type', '=', 'channel.changed')
      .where('body', 'like', '%"kind":"template_%')
      .execute();
    state.read = last;
    const named = deps.channels().filter((c) => rows.some((r) => r.channel === c.id));
    await all(deps.channels().filter((c) => named.some((n) => n.id === c.id || (n.businessAccount !== null && n.businessAccount === c.businessAccount))));
  }
  function heard(): void {
    if (state.stopping) return;
    state.again = state.looking;
    if (state.looking) return;
    state.looking = true;
    setTimeout(() => {
      look()
        .catch((error: Error) => deps.log('warn', 'changes of templates could not be read', { error: error.message }))
        .finally(() => {
          state.looking = false;
          if (state.again) heard();
        });
    }, REST_MS).unref();
  }
  return {
    async start(): Promise<void> {
      state.read = await store.lastOffset();
      unsubscribe = store.onEvents(heard);
      timer = setInterval(() => void all(deps.channels()), EVERY_MS);
      timer.unref();
      this.changed();
    },
    /** Channels changed: those not read yet are read. */
    changed(): void {
      if (state.read < 0) return;
      const fresh = deps.channels().filter((c) => !known.has(c.id));
      for (const c of fresh) known.add(c.id);
      void all(fresh);
    },
    /** Reads one channel's list now. */
    refresh: byId,
    async stop(): Promise<void> {
      state.stopping = true;
      aborting.abort();
      clearInterval(timer);
      for (const again of later.values()) clearTimeout(again);
      unsubscribe?.();
      await Promise.all(running.values());
    },
  };
}
export type TemplateSync = ReturnType<typeof createTemplateSync>;
