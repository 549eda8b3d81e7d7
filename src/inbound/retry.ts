import { type Adapters, providerOf } from '../../adapters/contract.ts';
import { GatewayError } from '../gateway-error.ts';
import { newId } from '../id.ts';
import { dayOf } from '../iso-time.ts';
import { type JournalReader, type JournalRow, parseJournalRef } from '../journal/port.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';
import { createDirectory } from './directory.ts';
import { verifiedRequest } from './journalled-request.ts';
import { resolveFact } from './resolve.ts';
import { Tally, UNROUTED } from './tally.ts';

export interface RetryDeps {
  readonly adapters: Adapters;
  readonly reader: JournalReader;
  readonly journalId: string;
  readonly publicUrl: string;
  mediaUrl(id: string, nowMs: number): string;
}
export interface LetterArgs {
  readonly id: string;
  readonly tenant: string | null;
  readonly actor: string;
  readonly nowMs: number;
}
interface Letter {
  id: string;
  tenant: string | null;
  channel: string | null;
  code: string;
  reason: string;
  journal: string | null;
  path: string;
  element: string | null;
  state: string;
  key_id: string | null;
  endpoint: string | null;
  url: string | null;
  received_at: number | null;
  created_at: number;
}

async function letterOf(tx: Tx, args: LetterArgs): Promise<Letter> {
  const [letter] = await tx.all<Letter>(
    'SELECT id, tenant, channel, code, reason, journal, path, element, state, key_id, endpoint, url, received_at, created_at FROM dead_letters WHERE id = $1',
    [args.id],
  );
  if (!letter || (args.tenant !== null && letter.tenant !== args.tenant)) throw new GatewayError('not_found', 'There is no such dead letter.');
  if (letter.state !== 'open') throw new GatewayError('conflict', `The dead letter is ${letter.state} already.`);
  return letter;
}
async function close(tx: Tx, args: LetterArgs, state: 'retried' | 'discarded'): Promise<void> {
  await tx.run('UPDATE dead_letters SET state = $2, updated_at = $3 WHERE id = $1', [args.id, state, args.nowMs]);
  await tx.run('INSERT INTO audit (id, at, actor, tenant, action, detail) VALUES ($1,$2,$3,$4,$5,$6)', [
    newId('au_', args.nowMs),
    args.nowMs,
    args.actor,
    args.tenant,
    `dead_letter.${state}`,
    JSON.stringify({ id: args.id }),
  ]);
}

/** The body that the letter came from, or, where the journal has dropped it, the letter's own bytes: the element alone in a body of its own (`alone`). */
function bodyOf(letter: Letter, deps: RetryDeps): { row: JournalRow; alone: boolean } {
  const ref = parseJournalRef(letter.journal ?? '');
  const kept = ref && ref.journal === deps.journalId ? deps.reader.get(ref.offset) : null;
  if (kept) return { row: kept, alone: false };
  if (letter.element === null || letter.key_id === null)
    throw new GatewayError('conflict', 'The journal no longer holds this body, and it was too large to be kept beside the letter.');
  const row: JournalRow = {
    offset: ref?.offset ?? 0,
    receivedAt: letter.received_at ?? letter.created_at,
    method: 'POST',
    url: letter.url ?? '/',
    headers: {},
    body: Buffer.from(letter.element),
    keyId: letter.key_id,
    endpoint: letter.endpoint ?? 'whatsapp',
    channel: null,
    origin: 'webhook',
  };
  return { row, alone: true };
}

/** Reads the element again with today's adapter and channels: what resolves now is published under its ordinary id; else the letter stays open with the new reason. */
export async function retryDeadLetter(tx: Tx, args: LetterArgs, deps: RetryDeps): Promise<{ state: 'retried' | 'open'; reason?: string }> {
  const letter = await letterOf(tx, args);
  const { row, alone } = bodyOf(letter, deps);
  const adapter = deps.adapters.webhooks(providerOf(row.endpoint));
  const directory = createDirectory();
  await directory.refresh(tx);
  const tally = new Tally();
  const day = dayOf(row.receivedAt);
  const ctx: Context = {
    tx,
    directory,
    row,
    ref: letter.journal ?? '',
    nowMs: args.nowMs,
    day,
    tally,
    mediaUrl: (id) => deps.mediaUrl(id, args.nowMs),
    early: { pending: 1 },
    inbound: new Map(),
    again: true,
  };
  const { facts, rejects } = adapter ? adapter.normalize(verifiedRequest(row, deps.publicUrl)) : { facts: [], rejects: [] };
  const single = alone && facts.length + rejects.length === 1; // an element in a body of its own stands at another place there
  const mine = facts.filter((f) => single || letter.path === '' || f.path === letter.path);
  const still = rejects.find((r) => single || letter.path === '' || r.path === letter.path);
  const refusals = mine.flatMap((fact) => {
    const channel = fact.accountKind === 'business' ? directory.byBusiness(fact.channelType, fact.account, row.keyId) : directory.byAccount(fact.channelType, fact.account);
    return channel ? (channel.keyIds.includes(row.keyId) ? [] : ['the signing key is still not one of the channel']) : ['there is still no channel for this account'];
  });
  const reason = still?.reason ?? refusals[0] ?? (mine.length ? undefined : 'nothing was found at its path');
  if (reason !== undefined) {
    await tx.run('UPDATE dead_letters SET reason = $2, updated_at = $3 WHERE id = $1', [letter.id, reason, args.nowMs]);
    return { state: 'open', reason };
  }
  const before = letter.channel ?? UNROUTED;
  tally.count(before, day, 'deadLettered', { n: -1 });
  tally.count(before, day, 'elements', { n: -1 });
  for (const fact of mine) await resolveFact({ ...ctx, again: false }, fact);
  await tally.write(tx);
  await close(tx, args, 'retried');
  return { state: 'retried' };
}

export async function discardDeadLetter(tx: Tx, args: LetterArgs): Promise<{ state: 'discarded' }> {
  await letterOf(tx, args);
  await close(tx, args, 'discarded');
  return { state: 'discarded' };
}
