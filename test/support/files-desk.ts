import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '../../adapters/facts.ts';
import { createAdapters } from '../../adapters/index.ts';
import type { ChannelType, Failure, Identity, SendCommand } from '../../schemas/index.ts';
import type { Context } from '../../src/inbound/context.ts';
import { conversationFor } from '../../src/inbound/conversations.ts';
import type { Channel } from '../../src/inbound/directory.ts';
import { applyStatus, callOf } from '../../src/inbound/statuses.ts';
import { type Converter, createConverter } from '../../src/media/convert/create-converter.ts';
import { examine } from '../../src/media/examine.ts';
import { createFolderStore } from '../../src/media/folder-store.ts';
import { guardedFetch } from '../../src/media/guarded-fetch.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { createDispatcher } from '../../src/outbound/dispatch.ts';
import { createMeeting } from '../../src/outbound/media/create-meeting.ts';
import { createPreparer } from '../../src/outbound/media/create-preparer.ts';
import type { Examine } from '../../src/outbound/media/meet-need.ts';
import { preparationOperations } from '../../src/outbound/media/operations.ts';
import { outboundOperations } from '../../src/outbound/operations.ts';
import type { SendingChannel } from '../../src/outbound/sending-channel.ts';
import type { Store, Tx } from '../../src/store/port.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { tools } from './ffmpeg.ts';
import { until } from './gateway.ts';
import { heifConvert } from './heif.ts';
import { SETTINGS } from './outbound-desk.ts';

export interface DeskChannel {
  readonly id: string;
  readonly type: ChannelType;
  readonly provider?: 'meta' | 'twilio';
  readonly account: string;
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}
interface Given {
  readonly dir?: string;
  readonly channels: readonly DeskChannel[];
  readonly ffmpeg?: boolean;
  readonly heif?: boolean;
  readonly without?: 'link' | 'refuse';
  readonly examine?: Examine;
  /** Where https://files.example lies. */
  readonly filesAt?: string;
  readonly outbound?: Partial<typeof SETTINGS>;
  /** A conversion waits for it. */
  readonly gate?: (into: string) => Promise<void>;
}

/** Sending files with the store, the dispatcher and the preparer in this process, against platforms that a test brings. */
export async function openFilesDesk(given: Given) {
  const dir = given.dir ?? mkdtempSync(join(tmpdir(), 'parlance-media-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  const readers = openSqliteReaders(join(dir, 'store.sqlite'), { count: 1 });
  const adapters = createAdapters();
  const mediaStore = createFolderStore(join(dir, 'media'));
  const files = http.createServer((request, response) => void serve(request.url ?? '', request.method ?? 'GET', response));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', () => resolve()));
  const filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  const { ffmpeg = true, heif = true } = given;
  const env = {
    adapters,
    publicUrl: `${filesUrl}/`,
    outbound: { ...SETTINGS, firstMs: 20, ...given.outbound },
    media: { ffmpeg, heif, without: given.without ?? ('link' as const) },
    mediaLinkDays: 7,
    mediaUrl: (id: string) => `${filesUrl}/media/${id}`,
  };
  const operations = { ...outboundOperations(env), ...preparationOperations(env) } as unknown as Record<string, (tx: Tx, args: unknown) => Promise<unknown>>;
  let turn: Promise<unknown> = Promise.resolve();
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const mine = turn.then(() => writer.transaction((tx) => tx.savepoint(() => work(tx))));
    turn = mine.catch(() => {});
    return mine;
  };
  const write = (name: string, args: unknown) => run((tx) => operations[name]?.(tx, args) ?? Promise.reject(new Error(`no operation ${name}`)));
  const store = { kind: 'sqlite', write, read: readers.read, lease: { epoch: () => 1, shardOf: () => 0 } } as unknown as Store;
  const rows = <T>(text: string, params: readonly unknown[] = []) => run((tx) => tx.all<T>(text, params));
  async function serve(url: string, method: string, response: http.ServerResponse): Promise<void> {
    const [row] = await rows<{ key: string; mime_type: string; bytes: number }>('SELECT key, mime_type, bytes FROM media WHERE id = $1 AND key IS NOT NULL', [
      url.split('/').at(-1),
    ]);
    if (!row) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': row.mime_type, 'content-length': row.bytes });
    if (method === 'HEAD') return void response.end();
    (await mediaStore.read(row.key)).pipe(response);
  }
  const channelOf = (id: string): SendingChannel | null => {
    const c = given.channels.find((one) => one.id === id);
    return c
      ? {
          id,
          type: c.type,
          provider: c.provider ?? 'meta',
          account: c.account,
          businessAccount: null,
          baseUrl: c.baseUrl,
          credentials: c.credentials,
          settings: { baseUrl: c.baseUrl, messagesPerSecond: 1000, ...c.settings },
        }
      : null;
  };
  for (const c of given.channels) {
    await run(async (tx) => {
      await tx.run("INSERT INTO tenants (id, name, created_at) VALUES ('acme', NULL, 1) ON CONFLICT (id) DO NOTHING");
      await tx.run(
        `INSERT INTO channels (id, type, provider, tenant, name, address, account, business_account, managed, state, state_reason, key_ids, sealed, settings, created_at, updated_at)
         VALUES ($1,$2,$3,'acme',NULL,NULL,$4,NULL,'api','active',NULL,'[]','',$5,1,1) ON CONFLICT (id) DO NOTHING`,
        [c.id, c.type, c.provider ?? 'meta', c.account, JSON.stringify(channelOf(c.id)?.settings)],
      );
    });
  }
  const logged: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const log = (_level: string, message: string, fields: Readonly<Record<string, unknown>>) => void logged.push({ message, fields });
  const dispatcher = createDispatcher({ store, adapters, channelOf, log, probeFirstMs: 60_000, observe: () => {} });
  const real = createConverter({ dir: join(dir, 'conversions'), tools: ffmpeg ? tools : null, heifConvert: heif ? heifConvert : null, parallel: 2 });
  const converter: Converter = {
    ...real,
    convert: async (source, wanted, job) => {
      await given.gate?.(wanted.into);
      return real.convert(source, wanted, job);
    },
  };
  const meet = createMeeting({
    store,
    mediaStore,
    converter,
    adapters,
    // The guard is the product's own; only what this name stands for lies here.
    fetch: (address, options) => {
      const { filesAt } = given;
      const here = filesAt !== undefined && address.startsWith('https://files.example/');
      return guardedFetch(here ? address.replace('https://files.example', filesAt) : address, { ...options, ...(here ? { exempt: (url: URL) => url.origin === filesAt } : {}) });
    },
    examine: given.examine ?? examine,
    hold: (_key, work) => work(),
  });
  const preparer = createPreparer({ store, meet, channelOf, onReady: dispatcher.wake, log });
  let uploads = 0;
  const desk = {
    dir,
    rows,
    logged,
    filesUrl,
    mediaStore,
    /** As POST /v1/media keeps it. */
    async file(bytes: Uint8Array, facts: { mimeType: string; width?: number; height?: number; filename?: string }): Promise<string> {
      const {
        key,
        sha256,
        bytes: size,
      } = await mediaStore.write(
        (async function* () {
          yield bytes;
        })(),
        { maxBytes: 200 * 1024 * 1024 },
      );
      const { filename = null, ...rest } = facts;
      return (await write('keepFetched', {
        tenant: 'acme',
        url: `https://uploaded.example/${++uploads}/${Math.random()}`,
        kind: 'any',
        file: { key, sha256, bytes: size, ...rest },
        filename,
        declaredType: null,
        nowMs: Date.now(),
      })) as string;
    },
    customer: (channel: string, identity: Identity) =>
      run(async (tx) => {
        const { conversation } = await conversationFor(tx, { id: channel, tenant: 'acme' }, { addresses: [identity], name: undefined, nowMs: Date.now() });
        await tx.run('UPDATE conversations SET window_expires_at = $2 WHERE id = $1', [conversation.id, Date.now() + 86_400_000]);
      }),
    /** A failed status as a webhook brings it, of the first part. */
    status: (id: string, failure: Partial<Failure>, attempt: number) =>
      run(async (tx) => {
        const [call] = await tx.all<{ platform_id: string; channel: string }>('SELECT platform_id, channel FROM calls WHERE message = $1 AND attempt = $2 AND part = 1', [
          id,
          attempt,
        ]);
        const platformId = call?.platform_id ?? '';
        const whole: Failure = { code: 'request_rejected', outcome: 'not_sent', retryable: false, scope: 'message', ...failure };
        const body = { kind: 'status' as const, platformId, status: 'failed' as const, ownId: `${id}.${attempt}.1`, failure: whole };
        const fact: Fact = {
          idParts: ['whatsapp', 'x', 'status', platformId, '', 'failed'],
          channelType: 'whatsapp',
          account: 'x',
          addresses: [],
          at: new Date(),
          path: 'x',
          body,
        };
        const ctx = { tx, nowMs: Date.now(), row: { receivedAt: Date.now(), body: Buffer.alloc(0), origin: 'webhook' }, ref: 'jr_1' } as unknown as Context;
        const channel = { id: call?.channel ?? '', type: 'whatsapp', tenant: 'acme', address: null, name: null } as unknown as Channel;
        const named = await callOf(tx, channel.id, body);
        if (named) await applyStatus(ctx, { fact, body, channel }, named);
      }),
    tick: () => write('keepQueue', { nowMs: Date.now() }),
    write,
    async send(command: unknown): Promise<string> {
      const admitted = (await write('admit', { source: 'api', key: null, tenant: 'acme', command: parseSendCommand(command), nowMs: Date.now() })) as { id: string };
      dispatcher.wake((command as SendCommand).channel);
      preparer.wake();
      return admitted.id;
    },
    preview: (command: unknown) =>
      write('preview', { tenant: 'acme', command: parseSendCommand(command), nowMs: Date.now() }) as Promise<{
        calls: { method: string; url: string; body: string }[];
        losses: { code: string }[];
        placeholders?: { placeholder: string; media: string; becomes: string; convertedTo?: string }[];
      }>,
    async message(id: string) {
      const [m] = await rows<{ state: string; queue_state: string; error_code: string | null; platform_message: string | null }>(
        'SELECT state, queue_state, error_code, platform_message FROM messages WHERE id = $1',
        [id],
      );
      return m;
    },
    calls: (id: string) => rows<{ path: string; body: string; state: string }>('SELECT path, body, state FROM calls WHERE message = $1 ORDER BY attempt, part', [id]),
    timeline: async (id: string) =>
      (await rows<{ kind: string; detail: string }>('SELECT kind, detail FROM timeline WHERE message = $1 ORDER BY id', [id])).map((t) => ({
        kind: t.kind,
        detail: JSON.parse(t.detail) as { losses?: { code: string }[]; error?: { code: string } },
      })),
    /** Waits until all its calls were taken, or it failed. */
    done: (id: string) =>
      until(
        `the end of ${id}`,
        async () => {
          const m = await desk.message(id);
          return m?.queue_state === 'done';
        },
        85_000,
      ),
    start: async () => {
      await dispatcher.start();
      preparer.start();
    },
    preparer,
    async close({ keep = false } = {}): Promise<void> {
      await preparer.stop();
      await dispatcher.stop();
      await readers.close();
      await writer.close();
      files.closeAllConnections();
      await new Promise((resolve) => files.close(resolve));
      if (!keep) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return desk;
}
export type FilesDesk = Awaited<ReturnType<typeof openFilesDesk>>;
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
