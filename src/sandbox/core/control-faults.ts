import { appliesTo, FAULT_KINDS, type FaultKind, kindOf } from './fault-kinds.ts';
import type { FaultAsked, Faults } from './faults.ts';
import type { Answer, Asked } from './platform-server.ts';
import { objectIn, problem } from './problem.ts';

const FORM = '{ "kind": "duplicate", "share"?: 0 to 1 (1), "seconds"?: up to 86400 (60), "seed"?: a number (1), "channel"?: one platform }';
const LONGEST_S = 86_400;

const within = (value: unknown, { least, most, otherwise }: { least: number; most: number; otherwise: number }): number | null => {
  if (value === undefined || value === null) return otherwise;
  return typeof value === 'number' && value >= least && value <= most ? value : null;
};
/** A fault that could strike nowhere would let a trial pass that tried nothing: it is refused. */
function faultIn(body: Buffer, platforms: readonly string[]): FaultAsked | string {
  const value = objectIn(body);
  if (!value || typeof value.kind !== 'string') return FORM;
  const kind: FaultKind | null = kindOf(value.kind);
  if (!kind) return `there is no fault "${value.kind.slice(0, 50)}"; the kinds are ${Object.keys(FAULT_KINDS).join(', ')}`;
  const share = within(value.share, { least: 0, most: 1, otherwise: 1 });
  const seconds = within(value.seconds, { least: 0, most: LONGEST_S, otherwise: 60 });
  const seed = within(value.seed, { least: -Number.MAX_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, otherwise: 1 });
  if (share === null || seconds === null || seed === null) return FORM;
  const { channel = null } = value;
  if (channel !== null && (typeof channel !== 'string' || !platforms.includes(channel))) return `channel is one of ${platforms.join(', ')}`;
  if (!(channel === null ? platforms : [channel]).some((p) => appliesTo(kind, p))) return `${kind} is no refusal of ${channel ?? platforms.join(' or ')}`;
  return { kind, channel, share, seconds, seed };
}

/** /sandbox/faults: begin one, list those that are on, end them. */
export function controlFaults(faults: Faults, asked: Asked, platforms: readonly string[]): Answer {
  if (asked.method === 'GET') return { status: 200, body: { faults: faults.list() } };
  if (asked.method === 'DELETE') return { status: 200, body: { ended: faults.end(asked.query.get('id') ?? undefined) } };
  if (asked.method !== 'POST') return problem(405, 'invalid_request', 'GET, POST or DELETE');
  const fault = faultIn(asked.body, platforms);
  return typeof fault === 'string' ? problem(400, 'invalid_request', fault) : { status: 201, body: faults.begin(fault) };
}
