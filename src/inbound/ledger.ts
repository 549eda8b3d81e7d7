import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/tables.ts';
import type { Term } from './tally.ts';

export interface LedgerRow {
  channel: string;
  day: string;
  elements: number;
  published: number;
  duplicate: number;
  absorbed: Record<string, number>;
  deadLettered: number;
  waiting: number;
}
interface Raw {
  kind: string;
  a: string;
  day: string;
  term: string;
  reason: string;
  n: number;
  m: number;
}

/** All days and channels together, by term. */
export async function ledgerTotals(read: Kysely<Database>): Promise<Record<Term, number>> {
  const rows = await read
    .selectFrom('ledger')
    .select(['term', (e) => e.fn.sum<number>('n').as('n')])
    .groupBy('term')
    .execute();
  const totals: Record<Term, number> = { elements: 0, published: 0, duplicate: 0, absorbed: 0, deadLettered: 0, waiting: 0 };
  for (const { term, n } of rows) totals[term as Term] = Number(n);
  return totals;
}

/** The books and the journal cursors in one query, so that they belong to one moment. */
export async function readLedger(read: Kysely<Database>): Promise<{ channels: LedgerRow[]; cursors: { journal: string; last: number; split: number }[] }> {
  const { rows } = await sql<Raw>`SELECT 'ledger' AS kind, channel AS a, day, term, reason, n, 0 AS m FROM ledger
    UNION ALL SELECT 'cursor', journal, '', '', '', last, split FROM journal_cursors`.execute(read);
  const channels = new Map<string, LedgerRow>();
  for (const r of rows.filter((row) => row.kind === 'ledger')) {
    const key = `${r.a} ${r.day}`;
    const row = channels.get(key) ?? { channel: r.a, day: r.day, elements: 0, published: 0, duplicate: 0, absorbed: {}, deadLettered: 0, waiting: 0 };
    channels.set(key, row);
    const n = Number(r.n);
    const term = r.term as Term;
    if (term === 'absorbed') row.absorbed[r.reason] = (row.absorbed[r.reason] ?? 0) + n;
    else row[term] += n;
  }
  const sorted = [...channels.values()].sort((a, b) => (a.day + a.channel < b.day + b.channel ? -1 : 1));
  return { channels: sorted, cursors: rows.filter((r) => r.kind === 'cursor').map((r) => ({ journal: r.a, last: Number(r.n), split: Number(r.m) })) };
}
