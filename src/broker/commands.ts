import type { z } from 'zod';
import { CancelCommand, CommandEnvelope, FAILURES, type FailureCode, ReadCommand, type SendCommand, TypingCommand } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { PreparedSignal } from '../outbound/prepare-signal.ts';
import type { LogStore } from '../store/port.ts';
import { type BrokerLog, type Client, ENDS_WHEN_IT_CRASHES } from './kafkajs/client.ts';
import type { RejectedCommand } from './operations.ts';

export interface CommandsOptions {
  readonly client: Client;
  readonly store: LogStore;
  readonly topic: string;
  readonly group: string;
  parseSendCommand(body: unknown): SendCommand;
  wake(channel?: string): void;
  signal(prepared: PreparedSignal): Promise<void>;
  readonly log: BrokerLog;
}
const MAX_VALUE = 1024 * 1024;
/** How long Kafka holds an empty fetch. A stop waits for the one that is under way; kafkajs would have it held for 5 s. */
const FETCH_MS = 1000;

type Read =
  | { readonly ok: true; readonly id: string; readonly source: string; readonly type: 'message.send'; readonly command: SendCommand }
  | { readonly ok: true; readonly id: string; readonly source: string; readonly type: 'message.cancel'; readonly command: CancelCommand }
  | { readonly ok: true; readonly id: string; readonly source: string; readonly type: 'message.read'; readonly command: ReadCommand }
  | { readonly ok: true; readonly id: string; readonly source: string; readonly type: 'conversation.typing'; readonly command: TypingCommand }
  | { readonly ok: false; readonly rejected: Omit<RejectedCommand, 'nowMs' | 'place'> };

/** A record's value as a command, or why it is none. Pure. */
export function readCommand(value: Buffer | null, parseSendCommand: (body: unknown) => SendCommand): Read {
  const text = value && value.length <= MAX_VALUE ? value.toString('utf8') : null;
  const refuse = (reason: string, more: { id?: string; source?: string; channel?: string; code?: FailureCode; pointer?: string } = {}): Read => ({
    ok: false,
    rejected: {
      commandId: more.id ?? null,
      source: more.source ?? null,
      channel: more.channel ?? null,
      code: more.code ?? 'command_invalid',
      reason,
      pointer: more.pointer ?? null,
      value: text,
    },
  });
  if (value === null) return refuse('the record has no value');
  if (text === null) return refuse(`the value is longer than ${MAX_VALUE} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('the value is not JSON; it must be a whole CloudEvent');
  }
  const envelope = CommandEnvelope.safeParse(parsed);
  if (!envelope.success) {
    const [issue] = envelope.error.issues;
    const id = (parsed as { id?: unknown } | null)?.id;
    return refuse(`the CloudEvent is not valid: ${issue?.path.join('.')}: ${issue?.message}`, typeof id === 'string' ? { id } : {});
  }
  const { id, source, type, data } = envelope.data;
  const channel = (data as { channel?: unknown } | null)?.channel;
  const known = { id, source, ...(typeof channel === 'string' ? { channel } : {}) };
  const unfit = ({ issues: [issue] }: z.ZodError): Read =>
    refuse(`${issue?.path.join('.') || 'data'}: ${issue?.message}`, { ...known, pointer: `/data/${issue?.path.join('/') ?? ''}` });
  if (type === 'message.cancel') {
    const cancel = CancelCommand.safeParse(data);
    return cancel.success ? { ok: true, id, source, type, command: cancel.data } : unfit(cancel.error);
  }
  if (type === 'message.read') {
    const seen = ReadCommand.safeParse(data);
    return seen.success ? { ok: true, id, source, type, command: seen.data } : unfit(seen.error);
  }
  if (type === 'conversation.typing') {
    const typing = TypingCommand.safeParse(data);
    return typing.success ? { ok: true, id, source, type, command: typing.data } : unfit(typing.error);
  }
  if (type !== 'message.send') return refuse(`commands of type ${type.slice(0, 60)} are not taken yet`, known);
  try {
    return { ok: true, id, source, type, command: parseSendCommand(data) };
  } catch (error) {
    return error instanceof GatewayError
      ? refuse(error.message, { ...known, code: error.code, ...(error.pointer ? { pointer: `/data${error.pointer}` } : {}) })
      : refuse('the command could not be read', known);
  }
}

/** Made at once and once: a command that is read again shows the same again, and a platform that refuses it is no reason to wait. */
async function signalled(options: CommandsOptions, { type, command, id }: Extract<Read, { type: 'message.read' | 'conversation.typing' }>): Promise<void> {
  const signal =
    type === 'conversation.typing'
      ? { kind: 'typing' as const, channel: command.channel, to: command.to }
      : { kind: 'read' as const, channel: command.channel, message: command.message, ...(command.typing ? { typing: true } : {}) };
  const prepared = await options.store.write('prepareSignal', { tenant: null, signal });
  options.signal(prepared).catch((error: Error) => options.log('warn', 'reading or typing could not be shown', { command: id, channel: prepared.channel, error: error.message }));
}

/** One command into the store: admitted once by (tenant, source, id), or rejected once. Throws only where the store is away. */
export async function takeCommand(options: CommandsOptions, value: Buffer | null, place: string): Promise<void> {
  const read = readCommand(value, options.parseSendCommand);
  const nowMs = Date.now();
  if (!read.ok) return options.store.write('rejectCommand', { ...read.rejected, place, nowMs });
  try {
    if (read.type === 'message.send') {
      await options.store.write('admit', { source: read.source, key: read.id, tenant: null, command: read.command, nowMs });
      options.wake(read.command.channel);
    } else if (read.type === 'message.cancel')
      await options.store.write('cancelByCommand', { source: read.source, key: read.id, ...read.command, message: read.command.id, nowMs });
    else await signalled(options, read);
  } catch (error) {
    if (!(error instanceof GatewayError) || FAILURES[error.code].status >= 500) throw error;
    await options.store.write('rejectCommand', {
      commandId: read.id,
      source: read.source,
      channel: read.command.channel,
      code: error.code,
      reason: error.message,
      pointer: error.pointer ? `/data${error.pointer}` : null,
      value: null,
      place,
      nowMs,
    });
  }
}

/** One life of the consumer. Offsets go to Kafka after the store's commit, so a command may be read twice and is then found by its key. Ends by throwing, or when `signal` aborts. */
export async function consumeOnce(options: CommandsOptions, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const consumer = options.client.consumer({
    groupId: options.group,
    maxBytesPerPartition: 256 * 1024,
    maxWaitTimeInMs: FETCH_MS,
    sessionTimeout: 30_000,
    heartbeatInterval: 3000,
    retry: { retries: 0, ...ENDS_WHEN_IT_CRASHES },
  });
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  const stop = () => ended.resolve();
  signal.addEventListener('abort', stop);
  consumer.on('consumer.crash', ({ payload }) => ended.reject(payload.error));
  let heard = performance.now();
  for (const name of ['consumer.heartbeat', 'consumer.fetch', 'consumer.group_join'] as const)
    consumer.on(name, () => {
      heard = performance.now();
    });
  const watch = setInterval(() => {
    if (performance.now() - heard > 60_000) ended.reject(new Error('the consumer is silent')); // a half-open socket is never reopened by itself
  }, 5000);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset, isRunning, isStale }) => {
        for (const message of batch.messages) {
          if (!isRunning() || isStale() || signal.aborted) return;
          await takeCommand(options, message.value, `${batch.topic}/${batch.partition}/${message.offset}`);
          resolveOffset(message.offset);
          await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: (BigInt(message.offset) + 1n).toString() }]);
          await heartbeat();
        }
      },
    });
    await ended.promise;
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    await consumer.disconnect().catch(() => {}); // it is thrown away whatever it says
  }
}
