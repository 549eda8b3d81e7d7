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
export type Inspect = (path: string, declaredType: string | null) => Promise<Omit<KeptFile, 'key' | 'sha256' | 'bytes'>>;
export interface NeedDeps {
  readonly store: Pick<Store, 'write'>;
  readonly mediaStore: MediaStore;
  readonly converter: Converter;
  readonly fetch: (address: string, options: FetchOptions) => ReturnType<typeof guardedFetch>;
  readonly inspect: Inspect;
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

async function fetchFile(task: Task, { store, mediaStore, fetch, inspect }: NeedDeps, { signal }: At): Promise<void> {
  const bounded = within(signal, FETCH_MS);
  const answer = await fetch(task.ref, { maxBytes: MAX_BYTES, signal: bounded });
  const staged = await mediaStore.stage(answer.body, { maxBytes: MAX_BYTES, signal: bounded });
  try {
    const { key, sha256, bytes } = staged;
    const file: KeptFile = { ...(await inspect(staged.path, answer.type)), key, sha256, bytes };
    await staged.keep();
    await store.write('keepFetched', { tenant: task.tenant, url: task.ref, kind: task.kind, file, filename: answer.filename, declaredType: answer.type, nowMs: Date.now() });
  } catch (error) {
    await staged.discard();
    throw error;
  }
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
async function convert(task: Task, { store, mediaStore, converter, inspect }: NeedDeps, { signal }: At): Promise<void> {
  const { media, key, mimeType } = sourceOf(task);
  const { conversion } = task;
  if (!conversion) throw new Error('nothing to convert into');
  const keep = (made: Parameters<typeof keepMadeArgs>[1]) => store.write('keepMade', keepMadeArgs({ parent: media, variant: nameOf(conversion) }, made));
  try {
    await mediaStore.withFile(key, (path) =>
      converter.convert({ path, mimeType }, conversion, {
        signal,
        party: task.tenant,
        async take(made) {
          const written = await mediaStore.write(createReadStream(made.path), { maxBytes: conversion.maxBytes, signal });
          const measures = await inspect(made.path, made.mimeType);
          await keep({ file: { ...measures, mimeType: made.mimeType, key: written.key, sha256: written.sha256, bytes: written.bytes } });
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConversionFault) || error.kind === 'no_tool') throw error;
    await keep({ reason: error.message });
  }
}
const keepMadeArgs = (of: { parent: string; variant: string }, made: { readonly file: KeptFile } | { readonly reason: string }) => ({ ...of, made, nowMs: Date.now() });

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
