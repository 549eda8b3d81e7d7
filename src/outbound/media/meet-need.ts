import { createReadStream } from 'node:fs';
import type { ChannelAdapter } from '../../../adapters/contract.ts';
import { nameOf } from '../../../adapters/files.ts';
import { ConversionFault } from '../../media/convert/conversion-fault.ts';
import type { Converter } from '../../media/convert/create-converter.ts';
import type { FetchOptions, guardedFetch } from '../../media/guarded-fetch.ts';
import type { MediaStore } from '../../media/port.ts';
import type { Store } from '../../store/port.ts';
import type { SendingChannel } from '../sending-channel.ts';
import { filenameFor } from './filename-for.ts';
import type { Source } from './files-of.ts';
import type { KeptFile } from './keep-files.ts';
import type { Task } from './prepare-media.ts';

/** What bytes are, by themselves. Throws MediaFault for what nobody should be sent. */
export type Examine = (file: { path: string; kind: string; declaredType: string | null; vouched: boolean }) => Promise<Omit<KeptFile, 'key' | 'sha256' | 'bytes'>>;
export interface NeedDeps {
  readonly store: Pick<Store, 'write'>;
  readonly mediaStore: MediaStore;
  readonly converter: Converter;
  readonly fetch: (address: string, options: FetchOptions) => ReturnType<typeof guardedFetch>;
  readonly examine: Examine;
  /** With the bytes of a key to oneself: between keeping them and referring to them. */
  hold<T>(key: string, work: () => Promise<T>): Promise<T>;
}
export interface At {
  readonly channel: SendingChannel;
  readonly adapter: ChannelAdapter;
  readonly signal: AbortSignal;
}
/** The largest file that any channel takes. */
const MAX_BYTES = 100 * 1024 * 1024;
const FETCH_MS = 5 * 60_000;
const UPLOAD_MS = 5 * 60_000;

const within = (signal: AbortSignal, ms: number) => AbortSignal.any([signal, AbortSignal.timeout(ms)]);
const sourceOf = ({ source, ref }: Task): Source => {
  if (!source) throw new Error(`nothing is known of ${ref}`);
  return source;
};

/** Streams bytes into the store, examined before they are kept; `refer` writes down whose they are. */
async function keepBytes(
  source: AsyncIterable<Uint8Array>,
  deps: Pick<NeedDeps, 'mediaStore' | 'examine' | 'hold'>,
  how: { readonly maxBytes: number; readonly signal: AbortSignal; readonly declaredType: string | null; readonly ours: boolean; refer(file: KeptFile): Promise<unknown> },
): Promise<void> {
  const staged = await deps.mediaStore.stage(source, how);
  const { key, sha256, bytes, path } = staged;
  try {
    const found = await deps.examine({ path, kind: 'any', declaredType: how.declaredType, vouched: how.ours });
    const file = { ...found, ...(how.ours && how.declaredType !== null ? { mimeType: how.declaredType } : {}), key, sha256, bytes };
    await deps.hold(key, async () => {
      await staged.keep();
      await how.refer(file);
    });
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
async function fetchFile(task: Task, deps: NeedDeps, at: At): Promise<void> {
  const signal = within(at.signal, FETCH_MS);
  const answer = await deps.fetch(task.ref, { maxBytes: MAX_BYTES, signal });
  const { tenant, ref: url, kind } = task;
  const { filename, type: declaredType } = answer;
  const refer = (file: KeptFile) => deps.store.write('keepFetched', { tenant, url, kind, file, filename, declaredType, nowMs: Date.now() });
  await keepBytes(answer.body, deps, { maxBytes: MAX_BYTES, signal, declaredType, ours: false, refer });
}
/** What can not be read holds nothing that a channel would take: the plan goes on from there. */
async function lookInside(task: Task, { store, mediaStore, converter }: NeedDeps, { signal }: At): Promise<void> {
  const { media, key, mimeType } = sourceOf(task);
  const inside = await mediaStore
    .withFile(key, (path) => converter.probe({ path, mimeType }, { signal, party: task.tenant }))
    .catch((error: unknown) => {
      if (error instanceof ConversionFault && error.kind !== 'no_tool') return { audioStreams: 0 };
      throw error;
    });
  await store.write('keepInside', { media, inside });
}
async function convert(task: Task, deps: NeedDeps, { signal }: At): Promise<void> {
  const { media: parent, key, mimeType } = sourceOf(task);
  const { conversion } = task;
  if (!conversion) throw new Error('nothing to convert into');
  const keep = (made: { readonly file: KeptFile } | { readonly reason: string }) => deps.store.write('keepMade', { parent, variant: nameOf(conversion), made, nowMs: Date.now() });
  try {
    await deps.mediaStore.withFile(key, (path) =>
      deps.converter.convert({ path, mimeType }, conversion, {
        signal,
        party: task.tenant,
        take: (made) =>
          keepBytes(createReadStream(made.path), deps, { maxBytes: conversion.maxBytes, signal, declaredType: made.mimeType, ours: true, refer: (file) => keep({ file }) }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConversionFault) || error.kind === 'no_tool') throw error;
    await keep({ reason: error.message });
  }
}

async function upload(task: Task, { store, mediaStore }: NeedDeps, { channel, adapter, signal }: At): Promise<void> {
  const { media, key, mimeType, bytes, filename } = sourceOf(task);
  if (!adapter.uploadMedia) throw new Error(`${channel.type} takes no uploads`);
  const file = { open: () => mediaStore.read(key), mimeType, bytes, kind: task.kind, filename: filenameFor(filename, mimeType) };
  const options = { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: within(signal, UPLOAD_MS) };
  const { platformId, livesMs } = await adapter.uploadMedia(file, { account: channel.account, settings: channel.settings }, options);
  const nowMs = Date.now();
  await store.write('keepUpload', { media, variant: nameOf(task.conversion), account: task.account, platformId, expiresAt: nowMs + livesMs, nowMs });
}

const STEPS = { fetch: fetchFile, probe: lookInside, convert, upload } as const;
/** Does the next thing that a file needs, and keeps what came of it. Throws MediaFault, ConversionFault `no_tool`, or what the platform's client threw. */
export const meetNeed = (task: Task, deps: NeedDeps, at: At): Promise<void> => STEPS[task.step](task, deps, at);
/** The same work for several messages is done once. */
export function workOf(task: Task): string {
  const media = task.source?.media ?? `${task.tenant} ${task.ref}`;
  const variant = task.step === 'convert' || task.step === 'upload' ? nameOf(task.conversion) : '';
  return [task.step, media, variant, task.step === 'upload' ? task.account : ''].join(' ');
}
