import { type MediaNeed, nameOf } from '../../../adapters/files.ts';
import type { Failure } from '../../../schemas/index.ts';
import { GatewayError } from '../../gateway-error.ts';
import type { Tx } from '../../store/port.ts';
import type { OutboundEnvironment } from '../admit.ts';
import { loadChannel } from '../channel-row.ts';
import { another, backoffMs, decide, type Tries } from '../decide.ts';
import { pauseChannel } from '../pause-channel.ts';
import { loadMessage, note, type QueuedMessage, tell } from '../queue.ts';
import { leaveQueue, makeReady } from '../queue-order.ts';
import { renderNow, replaceCalls } from '../render-again.ts';
import { type Source, uploadAccount } from './files-of.ts';

/** What must be done for a message before it can go, with where the bytes are. */
export interface Task extends MediaNeed {
  readonly tenant: string;
  readonly channel: string;
  /** See media_uploads. */
  readonly account: string;
  /** What is read: the file, or what was made of it; absent: it must be fetched first. */
  readonly source?: Source;
}
export type Prepared = { readonly state: 'gone' } | { readonly state: 'ready'; readonly channel: string } | { readonly state: 'tasks'; readonly tasks: readonly Task[] };

/** An address of somebody's is given up sooner than a platform: later messages of the conversation wait for it. */
const FETCH_TRIES = 5;
const live = (m: QueuedMessage | null): m is QueuedMessage => m !== null && m.queue_state !== null && m.queue_state !== 'done';
const end = async (tx: Tx, message: string, state: 'ready' | 'failed'): Promise<void> =>
  void (await tx.run('UPDATE preparations SET state = $2, parked = 0 WHERE message = $1', [message, state]));

async function failed(tx: Tx, m: QueuedMessage, at: { failure: Failure; nowMs: number }): Promise<void> {
  await end(tx, m.id, 'failed');
  await leaveQueue(tx, m.id);
  await tell(tx, m, { status: 'failed', nowMs: at.nowMs, failure: at.failure });
}

/** Renders a message with what is known of its files now: final calls where all is there, else what is to be done next. Call it until nothing is. */
export async function prepareMedia(tx: Tx, args: { readonly message: string; readonly nowMs: number }, env: OutboundEnvironment): Promise<Prepared> {
  const { nowMs } = args;
  const m = await loadMessage(tx, args.message);
  const [p] = await tx.all<{ state: string; parked: number }>('SELECT state, parked FROM preparations WHERE message = $1', [args.message]);
  const channel = m && (await loadChannel(tx, m.channel));
  const adapter = channel && env.adapters.of(channel.type, channel.provider);
  if (p?.state !== 'pending') return { state: 'gone' };
  if (!live(m) || !channel || !adapter) {
    await end(tx, args.message, 'failed'); // canceled, expired, or its channel is gone: by hand it can be asked for again
    return { state: 'gone' };
  }
  try {
    const again = await renderNow(tx, m, { channel, adapter, env, mode: m.mode ?? 'plain', nowMs });
    const { needs } = again.rendered;
    if (needs) {
      const place = { tenant: channel.tenant, channel: channel.id, account: uploadAccount(channel) };
      return {
        state: 'tasks',
        tasks: needs.map((need) => {
          const kept = again.named?.sources[need.ref];
          const made = need.step === 'upload' ? kept?.[nameOf(need.conversion)] : kept?.[''];
          return { ...need, ...place, ...(made ? { source: made } : {}) };
        }),
      };
    }
    await replaceCalls(tx, m, { ...again, adapter });
    await tx.run('UPDATE preparations SET until = $2 WHERE message = $1', [m.id, again.named?.until ?? nowMs]);
    await end(tx, m.id, 'ready');
    const { losses } = again.rendered;
    await note(tx, m.id, { kind: 'prepared', detail: losses.length ? { losses } : {}, nowMs });
    if (p.parked === 1 && m.queue_state === 'waiting') await makeReady(tx, m.id);
    return { state: 'ready', channel: m.channel };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    await failed(tx, m, { failure: { code: error.code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: error.message }, nowMs });
    return { state: 'gone' };
  }
}

/** Something of it did not succeed: it is tried again later, or the message fails. Nothing was sent, whatever became of an upload. */
export async function preparationFailed(
  tx: Tx,
  args: { readonly message: string; readonly failure: Failure; readonly fetching: boolean; readonly random: number; readonly nowMs: number },
  env: OutboundEnvironment,
): Promise<void> {
  const { nowMs, random, fetching } = args;
  const m = await loadMessage(tx, args.message);
  const [p] = await tx.all<{ tries: string | null }>("SELECT tries FROM preparations WHERE message = $1 AND state = 'pending'", [args.message]);
  if (!m || !p) return;
  const failure: Failure = args.failure.outcome === 'unknown' ? { ...args.failure, code: 'platform_unavailable', outcome: 'not_sent', retryable: true } : args.failure;
  const so = another(failure, JSON.parse(p.tries ?? 'null') as Tries | null, nowMs);
  const settings = fetching ? { ...env.outbound, maxAttempts: Math.min(env.outbound.maxAttempts, FETCH_TRIES) } : env.outbound;
  if (decide(failure, { ...so, nowMs }, settings) === 'retry') {
    const at = nowMs + Math.max(failure.retryAfterMs ?? 0, backoffMs(so.tries + so.throttled, random, env.outbound));
    await tx.run('UPDATE preparations SET tries = $2, next_at = $3 WHERE message = $1', [m.id, JSON.stringify(so), at]);
    return note(tx, m.id, { kind: 'preparing', detail: { tries: so.tries, next: new Date(at).toISOString(), error: failure }, nowMs });
  }
  if (live(m)) await failed(tx, m, { failure: failure.retryable ? { ...failure, code: fetching ? 'media_unusable' : 'attempts_exhausted' } : failure, nowMs });
  else await end(tx, args.message, 'failed');
  if (failure.scope === 'channel' && !failure.retryable) await pauseChannel(tx, { id: m.channel, failure, nowMs });
}
