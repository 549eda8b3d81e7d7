import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capabilities, ChannelAdapter } from '../../adapters/contract.ts';
import type { Fact } from '../../adapters/facts.ts';
import { createAdapters } from '../../adapters/index.ts';
import type { Failure, MessageState, SendCommand } from '../../schemas/index.ts';
import { policyOperations } from '../../src/api/policy-operations.ts';
import type { Context } from '../../src/inbound/context.ts';
import { conversationFor } from '../../src/inbound/conversations.ts';
import type { Channel } from '../../src/inbound/directory.ts';
import { applyStatus, callOf } from '../../src/inbound/statuses.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { outboundOperations } from '../../src/outbound/operations.ts';
import type { CallOutcome } from '../../src/outbound/record-outcome.ts';
import type { Tx } from '../../src/store/port.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';

export const START = Date.parse('2026-11-24T12:00:00Z');
export const HOUR = 3_600_000;
export const SETTINGS = {
  maxAttempts: 3,
  firstMs: 1000,
  maxMs: 300_000,
  failedStatuses: 2,
  throttledMaxMs: 24 * HOUR,
  doubtHoldMs: 60_000,
  doubtWaitMs: 600_000,
  queueMaxPerTenant: 1000,
  probeFirstMs: 60_000,
};
const real = createAdapters();
/** Renders text (one call per line) and templates; the rest is the channel's own adapter. */
function stub(adapter: ChannelAdapter, over: Partial<Capabilities>): ChannelAdapter {
  return {
    ...adapter,
    capabilities: { ...adapter.capabilities, ...over },
    render(content, { ownId, tag, to }) {
      const texts = content.type === 'text' ? content.text.split('\n') : content.type === 'template' ? [`template ${content.name}`] : [content.type];
      const calls = texts.map((text, i) => ({
        method: 'POST' as const,
        path: '/messages',
        contentType: 'application/json' as const,
        body: JSON.stringify({ to: to.value, text, own: `${ownId}.${i + 1}`, ...(tag ? { tag } : {}) }),
      }));
      return { ok: true, value: { calls, losses: [] } };
    },
  };
}

/** The store's side of sending, in this process and by a clock of the test: what the dispatcher would ask, asked step by step. */
export function openDesk(over: { settings?: Partial<typeof SETTINGS>; capabilities?: Partial<Capabilities>; writer?: Writer } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-desk-'));
  const writer = over.writer ?? openSqliteWriter(join(dir, 'store.sqlite'));
  const env = {
    adapters: { of: (...key: Parameters<typeof real.of>) => stub(real.of(...key) as ChannelAdapter, over.capabilities ?? {}), webhooks: real.webhooks },
    publicUrl: 'http://x/',
    outbound: { ...SETTINGS, ...over.settings },
    media: { ffmpeg: true, heif: true, without: 'link' as const },
    mediaLinkDays: 7,
    mediaUrl: (id: string) => `http://x/media/${id}`,
  };
  const operations = outboundOperations(env);
  const clock = { now: START };
  let turn: Promise<unknown> = Promise.resolve();
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const mine = turn.then(() => writer.transaction((tx) => tx.savepoint(() => work(tx))));
    turn = mine.catch(() => {});
    return mine;
  };
  const rows = <T>(text: string, params: readonly unknown[] = []) => run((tx) => tx.all<T>(text, params));
  const message = async (id: string) => {
    const [m] = await rows<{
      state: string;
      queue_state: string;
      attempt: number;
      sent_parts: number;
      error_code: string | null;
      platform_message: string | null;
      mode: string | null;
    }>('SELECT state, queue_state, attempt, sent_parts, error_code, platform_message, mode FROM messages WHERE id = $1', [id]);
    if (!m) throw new Error(`no message ${id}`);
    return m;
  };
  return {
    clock,
    run,
    rows,
    message,
    operations,
    async channel(id: string, c: { type?: string; provider?: string; tenant?: string; settings?: object } = {}): Promise<void> {
      const { type = 'whatsapp', provider = 'meta', tenant = 'acme', settings = {} } = c;
      await run(async (tx) => {
        await tx.run('INSERT INTO tenants (id, name, created_at) VALUES ($1,NULL,$2) ON CONFLICT (id) DO NOTHING', [tenant, START]);
        await tx.run(
          `INSERT INTO channels (id, type, provider, tenant, name, address, account, business_account, managed, state, state_reason, key_ids, sealed, settings, created_at, updated_at)
           VALUES ($1,$2,$3,$4,NULL,NULL,$5,NULL,'api','active',NULL,'[]','',$6,$7,$7)`,
          [id, type, provider, tenant, `account-${id}`, JSON.stringify(settings), START],
        );
      });
    },
    /** The customer wrote `hoursAgo` hours ago; null: never. */
    customer: (channel: string, value: string, hoursAgo: number | null = 0, type: 'phone' | 'psid' = 'phone') =>
      run(async (tx) => {
        const [c] = await tx.all<{ tenant: string }>('SELECT tenant FROM channels WHERE id = $1', [channel]);
        const { conversation } = await conversationFor(tx, { id: channel, tenant: c?.tenant ?? '' }, { addresses: [{ type, value }], name: undefined, nowMs: clock.now });
        const expires = hoursAgo === null ? null : clock.now + (24 - hoursAgo) * HOUR;
        await tx.run('UPDATE conversations SET window_expires_at = $2 WHERE id = $1', [conversation.id, expires]);
        return conversation;
      }),
    async send(channel: string, to: SendCommand['to'], over: Partial<SendCommand> = {}): Promise<string> {
      const command = parseSendCommand({ channel, to, content: { type: 'text', text: 'hello' }, ...over });
      return (await run((tx) => operations.admit(tx, { source: 'api', key: null, tenant: null, command, nowMs: clock.now }))).id;
    },
    admit: (command: unknown, tenant: string | null = null) =>
      run((tx) => operations.admit(tx, { source: 'api', key: null, tenant, command: parseSendCommand(command), nowMs: clock.now })),
    async preview(command: unknown) {
      const shown = await run((tx) => operations.preview(tx, { tenant: null, command: parseSendCommand(command), nowMs: clock.now }));
      if ('previews' in shown) throw new Error('of one channel');
      return shown;
    },
    claim: (id: string) => run((tx) => operations.claim(tx, { id, epoch: 1, nowMs: clock.now })),
    tick: () => run((tx) => operations.keepQueue(tx, { nowMs: clock.now })),
    consent: (contact: string, over: { state?: 'opted_in' | 'opted_out'; scope?: string; channel?: string } = {}) =>
      run((tx) => policyOperations.setConsent(tx, { contact, state: 'opted_out', scope: 'all', source: 'api', actor: 'test', tenant: null, nowMs: clock.now, ...over })),
    tenant: (id: string, change: Parameters<typeof policyOperations.updateTenant>[1]['change']) =>
      run((tx) => policyOperations.updateTenant(tx, { id, change, actor: 'test', tenant: null, nowMs: clock.now })),
    /** Claims the next call and tells how it ended: accepted, or with a failure. */
    async call(id: string, end: Partial<Failure> | 'accepted' = 'accepted') {
      const claimed = await run((tx) => operations.claim(tx, { id, epoch: 1, nowMs: clock.now }));
      if (!claimed) throw new Error(`nothing to call of ${id}: ${JSON.stringify(await message(id))}`);
      await this.outcome(claimed, end);
      return claimed;
    },
    async outcome(of: { message: string; attempt: number; part: number }, end: Partial<Failure> | 'accepted', partWaitMs?: number, trial?: true): Promise<void> {
      const failure: Failure = { code: 'request_rejected', outcome: 'not_sent', retryable: false, scope: 'message', ...(end === 'accepted' ? {} : end) };
      const platformId = `pid.${of.message}.${of.attempt}.${of.part}`;
      const outcome: CallOutcome =
        end === 'accepted' ? { kind: 'sent', platformId, aliases: [], ...(partWaitMs === undefined ? {} : { partWaitMs }) } : { kind: 'failed', failure };
      const exchange = { at: clock.now, ms: 1, request: '{}', status: 200, response: null };
      await run((tx) =>
        operations.recordOutcome(tx, { message: of.message, attempt: of.attempt, part: of.part, outcome, exchange, random: 0.5, nowMs: clock.now, ...(trial ? { trial } : {}) }),
      );
    },
    /** A status as a webhook brings it, of the given part. */
    status: (id: string, state: MessageState, over: { attempt?: number; part?: number; failure?: Partial<Failure> } = {}) =>
      run(async (tx) => {
        const { attempt = 1, part = 1 } = over;
        const failure: Failure | undefined = over.failure && { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'message', ...over.failure };
        const platformId = `pid.${id}.${attempt}.${part}`;
        const body = { kind: 'status' as const, platformId, status: state, ownId: `${id}.${attempt}.${part}`, ...(failure ? { failure } : {}) };
        const fact: Fact = {
          idParts: ['whatsapp', 'x', 'status', platformId, '', state],
          channelType: 'whatsapp',
          account: 'x',
          addresses: [],
          at: new Date(clock.now),
          path: 'x',
          body,
        };
        const [m] = await tx.all<{ channel: string }>('SELECT channel FROM messages WHERE id = $1', [id]);
        const channel = { id: m?.channel ?? '', type: 'whatsapp', tenant: 'acme', address: null, name: null } as unknown as Channel;
        const row = { receivedAt: clock.now, body: Buffer.alloc(0), origin: 'webhook' };
        const ctx = { tx, nowMs: clock.now, row, ref: 'jr_1' } as unknown as Context;
        const call = await callOf(tx, channel.id, body);
        if (!call) throw new Error(`no call ${body.ownId}`);
        return applyStatus(ctx, { fact, body, channel }, call);
      }),
    timeline: async (id: string) => (await rows<{ kind: string }>('SELECT kind FROM timeline WHERE message = $1 ORDER BY id', [id])).map((t) => t.kind),
    async close(): Promise<void> {
      await writer.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
export type Desk = ReturnType<typeof openDesk>;
