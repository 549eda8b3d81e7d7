import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { type ReplayResult, replaySlice } from './replay.ts';
import type { RetryDeps } from './retry.ts';

export interface ReplayRequest {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly publish: boolean;
  readonly tenant: string | null;
  readonly nowMs: number;
}
/** What a replay has found so far; `next` is the offset that it goes on after, null where it is done. */
export type ReplayState = Omit<ReplayResult, 'next'> & { readonly next: number | null };
const KEEP_DIFFS = 100;

/** Writes a replay down; it is done slice by slice, and goes on after a restart. */
export async function startReplay(tx: Tx, args: ReplayRequest, deps: RetryDeps): Promise<void> {
  const request = JSON.stringify({ from: new Date(args.fromMs).toISOString(), to: new Date(args.toMs).toISOString(), publish: args.publish });
  const result: ReplayState = { bodies: 0, same: 0, missing: 0, differs: 0, diffs: [], next: deps.reader.firstSince(args.fromMs) - 1 };
  await tx.run("INSERT INTO replays (id, tenant, state, request, result, created_at, updated_at) VALUES ($1,$2,'running',$3,$4,$5,$5)", [
    args.id,
    args.tenant,
    request,
    JSON.stringify(result),
    args.nowMs,
  ]);
}

/** One slice of a running replay, its effects and its place in one transaction. True where it is done. */
export async function stepReplay(tx: Tx, args: { readonly id: string; readonly nowMs: number }, deps: RetryDeps): Promise<boolean> {
  const [row] = await tx.all<{ tenant: string | null; state: string; request: string; result: string }>('SELECT tenant, state, request, result FROM replays WHERE id = $1', [
    args.id,
  ]);
  if (!row) throw new GatewayError('not_found', 'There is no such replay.');
  const before = JSON.parse(row.result) as ReplayState;
  if (row.state !== 'running' || before.next === null) return true;
  const { to, publish } = JSON.parse(row.request) as { to: string; publish: boolean };
  const slice = await replaySlice(tx, { after: before.next, toMs: Date.parse(to), publish, tenant: row.tenant, nowMs: args.nowMs }, deps);
  const after: ReplayState = {
    bodies: before.bodies + slice.bodies,
    same: before.same + slice.same,
    missing: before.missing + slice.missing,
    differs: before.differs + slice.differs,
    diffs: [...before.diffs, ...slice.diffs].slice(0, KEEP_DIFFS),
    next: slice.next,
  };
  await tx.run('UPDATE replays SET state = $2, result = $3, updated_at = $4 WHERE id = $1', [args.id, after.next === null ? 'done' : 'running', JSON.stringify(after), args.nowMs]);
  return after.next === null;
}
