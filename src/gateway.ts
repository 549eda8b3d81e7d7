import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { createAdapters } from '../adapters/index.ts';
import { createAuth } from './api/auth.ts';
import { channelInput } from './api/channel-registry.ts';
import type { ApiDeps } from './api/deps.ts';
import { createOperatorListener } from './api/operator-listener.ts';
import { type OpenedBroker, openBroker } from './broker/open-broker.ts';
import { checkChannel } from './check-channel.ts';
import { type Checkpointer, openCheckpointer } from './checkpoints/open-checkpointer.ts';
import { collectMetrics } from './collect-metrics.ts';
import type { ChannelConfig, Config } from './config/config.ts';
import { createConnectedChannels } from './connected-channels.ts';
import { GatewayError } from './gateway-error.ts';
import type { MediaAccess } from './http/media-handler.ts';
import { createPublicListener } from './http/public-listener.ts';
import { createRefusedRing } from './http/refused-ring.ts';
import { verifyAgain } from './http/verify-again.ts';
import { createMediaLinks } from './inbound/media-links.ts';
import { lockDataDir } from './journal/data-dir-lock.ts';
import { createJournalReader } from './journal/journal-reader.ts';
import { openJournal } from './journal/open-journal.ts';
import { createMediaWorker } from './media/create-media-worker.ts';
import { sweepStaging } from './media/folder-store.ts';
import { createMediaAccess } from './media/media-access.ts';
import { openMediaStore } from './media/open-media-store.ts';
import { createDispatcher, type Dispatcher } from './outbound/dispatch.ts';
import { createPreparer } from './outbound/media/create-preparer.ts';
import { createPreparingThread } from './outbound/media/preparing-thread.ts';
import { createProfileWorker } from './profiles/create-profile-worker.ts';
import { createProgress } from './progress.ts';
import { createReconciler } from './reconcile/create-reconciler.ts';
import { createReplayRunner } from './run-replays.ts';
import { buildKeyring, type Keyring, loadKeyring, mergeKeyrings, saveKeyring } from './secrets/keyring.ts';
import { startSandbox } from './start-sandbox.ts';
import { openStore } from './store/open-store.ts';
import { isConnectionFault } from './store/writer.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createTemplateSync } from './templates/create-template-sync.ts';

export interface Gateway {
  readonly port: number;
  readonly operatorPort: number;
  /** Drains in order: no new webhook, calls under way end, everything is closed. Loses nothing. */
  stop(): Promise<void>;
}
const RETAIN_EVERY_MS = 60_000;

/** What starts later than those who use it. */
interface Parts {
  store?: ReturnType<typeof openStore>;
  broker?: OpenedBroker | null;
  dispatcher?: Dispatcher;
  media?: MediaAccess;
  checkpointer?: Checkpointer;
}

/** Wires every part and starts them in order: ingress first, the rest as it comes. */
export async function startGateway(given: Config, log: Logger, onFatal: (reason: string) => void): Promise<Gateway> {
  const config: Config = { ...given, publicUrl: new URL(given.publicUrl) };
  const lock = await lockDataDir(config.dataDir);
  const adapters = createAdapters();
  const metrics = createMetrics();
  const progress = createProgress();
  const parts: Parts = {};
  const sink = (level: 'info' | 'warn' | 'error' | 'debug', message: string, fields: Readonly<Record<string, unknown>> = {}) => log[level](fields, message);

  const journal = await openJournal({
    dataDir: config.dataDir,
    retentionDays: config.journalRetentionDays,
    maxBytes: config.journalMaxBytes,
    onFatal,
    onAppend: () => parts.store?.notifyJournal(),
    onDropped: (files) => sink('info', 'journal files dropped', { files }),
  });
  const keys: { ring: Keyring } = { ring: mergeKeyrings(loadKeyring(config.dataDir, config.masterKey), buildKeyring(config.masterKey, config.channels)) };
  const ring = createRefusedRing(config.dataDir);
  const listener = createPublicListener({
    adapterOf: (provider) => adapters.webhooks(provider) ?? null,
    keyring: () => keys.ring,
    journal,
    publicUrl: config.publicUrl,
    refused: ring,
    observe: metrics.webhook,
    media: () => parts.media ?? null,
    afterStore: config.ackAfter === 'store' ? progress.reached : null,
  });
  const port = await listener.start(config.port, config.host);
  if (config.publicUrl.port === '0') config.publicUrl.port = String(port); // PORT=0: which one is known now, before anything reads it
  sink('info', 'public listener open', { port });

  const mediaKey = createHmac('sha256', config.masterKey).update('media-links').digest();
  const ingest = {
    journalId: journal.id,
    dataDir: config.dataDir,
    publicUrl: config.publicUrl.href,
    mediaLinkDays: config.mediaLinkDays,
    mediaKey,
    retention: {
      eventDays: config.eventRetentionDays,
      messageDays: config.messageRetentionDays,
      exchangeDays: config.exchangeRetentionDays,
      idempotencyDays: config.idempotencyDays,
    },
  };
  const store = openStore({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl,
    ingest,
    outbound: config.outbound,
    media: { ffmpeg: config.conversion.tools !== null, heif: config.conversion.heifConvert !== null, without: config.conversion.without },
    onFatal,
    onLog: (level, message, detail) => sink(level, message, { detail }),
    onProcessed: (offset, inbound) => {
      progress.advance(offset);
      parts.dispatcher?.inbound(inbound);
    },
  });
  parts.store = store;
  store.notifyJournal();
  const reader = createJournalReader(config.dataDir);
  const retain = setInterval(() => void journal.retain(progress.offset(), Date.now()), RETAIN_EVERY_MS).unref();

  const registry = createConnectedChannels(config, store);
  const dispatcher = createDispatcher({ store, adapters, probeFirstMs: config.outbound.probeFirstMs, channelOf: registry.sending, log: sink, observe: metrics.call });
  parts.dispatcher = dispatcher;
  const replays = createReplayRunner({ store, log: sink });
  const reconciler = createReconciler({
    store,
    journal,
    adapters,
    publicUrl: config.publicUrl.href,
    channels: registry.all,
    keyIdOf: registry.keyIdOf,
    log: sink,
    observe: metrics.missed,
  });
  const profiles = createProfileWorker({ store, adapters, channelOf: registry.sending, channels: registry.all, log: sink });
  const media = openMediaStore(config.media);
  const links = createMediaLinks({ publicUrl: config.publicUrl.href, key: mediaKey, days: config.mediaLinkDays });
  await sweepStaging(config.media.folder);
  const mediaWorker = createMediaWorker({
    store,
    media,
    settings: config.media,
    rowsKeptDays: Math.max(config.messageRetentionDays, config.mediaLinkDays + 1), // whoever has a link is told what became of it
    channelOf: registry.sending,
    observe: metrics.media,
    stored: metrics.mediaStored,
    log: sink,
  });
  const preparing = createPreparingThread(
    { settings: config.media, conversions: join(config.dataDir, 'conversions'), conversion: config.conversion },
    { store, examine: mediaWorker.examine, hold: mediaWorker.hold, log: sink },
  );
  const preparer = createPreparer({ store, meet: preparing.meet, channelOf: registry.sending, onReady: dispatcher.wake, log: sink });
  const templates = createTemplateSync({ store, adapters, channels: registry.all, log: sink });
  const channelsChanged = async () => {
    const channels = await registry.load();
    keys.ring = buildKeyring(config.masterKey, channels);
    saveKeyring(config.dataDir, config.masterKey, keys.ring);
    templates.changed();
    if (keys.ring.leftOut) sink('warn', 'more than 16 app secrets: the others verify on /webhooks/whatsapp/{channelId} only', { leftOut: keys.ring.leftOut });
  };
  const deps: ApiDeps = {
    config,
    store,
    journal,
    reader,
    auth: createAuth({ store, operatorToken: config.operatorToken }),
    wakeDispatcher: dispatcher.wake,
    wakePreparer: preparer.wake,
    adapterOf: adapters.of,
    cancel: dispatcher.cancel,
    signal: dispatcher.signal,
    channelsChanged,
    health: async () => ({
      journal: { ok: journal.writable(), id: journal.id, lastOffset: journal.lastOffset(), processed: progress.offset() },
      store: { kind: store.kind, ...(await store.health()) },
      kafka: parts.broker ? parts.broker.health() : { configured: false },
      outbound: { ...dispatcher.stats(), preparing: preparer.running() },
      media: { kind: config.media.s3 ? 's3' : 'folder', fetching: mediaWorker.running(), ...(await media.health()) },
    }),
    metrics: async () => {
      await collectMetrics({ metrics, store, journal, reader, broker: parts.broker ?? null }).catch(() => {}); // while the store is away the last figures stand
      return metrics.text();
    },
    refused: ring,
    verifyAgain: (refused) =>
      verifyAgain({ adapterOf: (provider) => adapters.webhooks(provider) ?? null, keyring: () => keys.ring, journal, publicUrl: config.publicUrl, ring }, refused),
    runReplay: replays.run,
    reconciler,
    templates,
    media: { media, link: links.make, examine: mediaWorker.examine, hold: mediaWorker.hold, wake: mediaWorker.wake, forget: mediaWorker.forget },
    capabilitiesOf: (type, provider) => adapters.of(type, provider)?.capabilities ?? null,
    checkChannel: (channel) => checkChannel(channel, { adapters, publicUrl: config.publicUrl, baseUrl: channel.provider === 'twilio' ? config.twilioApiUrl : config.graphApiUrl }),
    republish: (from) => (parts.broker ? parts.broker.republish(from) : Promise.reject(new GatewayError('broker_unavailable', 'KAFKA_BROKERS is not set.'))),
    log: sink,
  };

  const sandbox = config.sandbox ? await startSandbox({ config, port, log: sink }) : null;
  const operator = createOperatorListener(deps, sandbox?.router ?? null);
  const fileChannels: readonly ChannelConfig[] = [...config.channels, ...(sandbox ? sandbox.channels : [])];
  const whenReady = async () => {
    await store.ready;
    parts.checkpointer ??= openCheckpointer(config, onFatal);
    await store.write('syncFileChannels', { channels: fileChannels.map((c) => channelInput(config.masterKey, c)), nowMs: Date.now() });
    await channelsChanged();
    store.beginIngest();
    await dispatcher.start();
    await replays.resume();
    reconciler.start();
    profiles.start();
    mediaWorker.start();
    preparer.start();
    parts.media = createMediaAccess({ store, media, worker: mediaWorker, links, observe: metrics.mediaRead });
    await templates.start();
    parts.broker = config.kafka
      ? openBroker({
          config: config.kafka,
          installation: journal.id,
          dataDir: config.dataDir,
          databaseUrl: config.databaseUrl,
          store: store.connect(),
          wake: dispatcher.wake,
          signal: dispatcher.signal,
          log: sink,
          onFatal,
        })
      : null;
  };
  if (!config.databaseUrl) await whenReady();
  else void retryUntil(whenReady, sink);
  const after = config.databaseUrl ? 'latest' : String(await store.lastOffset());
  const operatorPort = await operator.start(config.operatorPort, config.operatorHost);
  sink('info', 'operator listener open', { port: operatorPort });
  await sandbox?.begin({ store, operatorPort, after });

  return {
    port,
    operatorPort,
    async stop() {
      clearInterval(retain);
      await listener.stop();
      await ring.close();
      await sandbox?.stop();
      for (const part of [dispatcher, replays, reconciler, profiles, preparer]) await part.stop();
      await preparing.close();
      await mediaWorker.stop();
      await templates.stop();
      await parts.broker?.stop();
      await operator.stop();
      await parts.checkpointer?.close();
      await store.close();
      await journal.close();
      reader.close();
      lock.release();
    },
  };
}

/** PostgreSQL may be away at the start: everything but ingress waits for it. */
async function retryUntil(work: () => Promise<void>, log: (level: 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      log('warn', 'not ready yet', { code: (error as { code?: string }).code, connection: isConnectionFault(error) });
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
