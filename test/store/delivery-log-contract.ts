import fc from 'fast-check';
import { idAt } from '../../src/id.ts';
import { listMessages, type MessageFilter } from '../../src/outbound/queries.ts';
import type { Writer } from '../../src/store/writer.ts';
import { message, put, putMessage } from './rows.ts';

const T0 = Date.parse('2026-11-22T09:00:00.000Z');
const MINUTE = 60_000;
const iso = (minute: number) => new Date(T0 + minute * MINUTE).toISOString();
interface Row {
  readonly id: string;
  readonly created_at: number;
  readonly tenant: string;
  readonly channel: string;
  readonly conversation: string;
  readonly contact: string;
  readonly direction: string;
  readonly state: string;
  readonly error_code: string | null;
  readonly preview: string;
}
/** Made a minute apart; where the clock went back by half an hour, ids went on and the rows' own times did not. */
const rows: readonly Row[] = Array.from({ length: 120 }, (_, n) => ({
  id: `${idAt('ms_', T0 + n * MINUTE)}${String(n).padStart(16, '0')}`,
  created_at: T0 + (n < 60 ? n : n - 30) * MINUTE,
  tenant: n % 5 === 0 ? 'globex' : 'acme',
  channel: `ch_${n % 3}`,
  conversation: `cv_${n % 7}`,
  contact: `ct_${n % 7}`,
  direction: n % 2 ? 'outbound' : 'inbound',
  state: ['received', 'sent', 'failed', 'unknown', 'expired', 'read'][n % 6] as string,
  error_code: n % 6 === 2 ? (n % 4 === 0 ? 'window_closed' : 'rate_limited') : null,
  preview: n % 4 ? `parcel ${n}` : 'hello',
}));
const minute = fc.integer({ min: -5, max: 130 }).map(iso);
const filters = fc.record(
  {
    tenant: fc.constantFrom('acme', 'globex', null),
    channel: fc.constantFrom('ch_0', 'ch_1', 'ch_9'),
    direction: fc.constantFrom('inbound', 'outbound'),
    status: fc.constantFrom('received', 'failed', 'unknown', 'expired', 'read', 'nonsense'),
    contact: fc.constantFrom('ct_1', 'ct_6', 'ct_9'),
    conversation: fc.constantFrom('cv_1', 'cv_6'),
    error: fc.constantFrom('window_closed', 'rate_limited', 'nonsense'),
    q: fc.constantFrom('parcel', 'parcel 1', '%'),
    from: minute,
    to: minute,
    limit: fc.integer({ min: 1, max: 40 }),
  },
  { requiredKeys: ['tenant', 'limit'] },
) as fc.Arbitrary<MessageFilter>;

function matches(row: Row, f: MessageFilter): boolean {
  const same = (value: string | null, wanted: string | undefined) => wanted === undefined || value === wanted;
  return (
    (f.tenant === null || row.tenant === f.tenant) &&
    same(row.channel, f.channel) &&
    same(row.direction, f.direction) &&
    same(row.state, f.status) &&
    same(row.contact, f.contact) &&
    same(row.conversation, f.conversation) &&
    same(row.error_code, f.error) &&
    (f.q === undefined || row.preview.includes(f.q.replace('%', ''))) &&
    (f.from === undefined || row.created_at >= Date.parse(f.from)) &&
    (f.to === undefined || row.created_at < Date.parse(f.to))
  );
}

/** What the delivery log shows, whichever database it is in. */
export function deliveryLogContract(open: () => Promise<{ writer: Writer; end(): Promise<void> }>): void {
  test('the delivery log shows what its filters say, newest first, page by page', async () => {
    const { writer, end } = await open();
    await writer.transaction(async (tx) => {
      for (let n = 0; n < 7; n++) await put(tx, 'conversations', { id: `cv_${n}`, tenant: 'acme', channel: 'ch_0', contact: `ct_${n}`, created_at: 1 });
      for (const { id, created_at, ...row } of rows) await putMessage(tx, { ...message(id, created_at, row), conversation: row.conversation });
    });
    await writer.transaction((tx) =>
      fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          const got: string[] = [];
          for (let cursor: string | null | undefined; cursor !== null; ) {
            const page = await listMessages(tx.db, { ...filter, ...(cursor === undefined ? {} : { cursor }) });
            got.push(...page.messages.map((m) => m.id));
            cursor = page.next;
          }
          expect(got).toEqual([...rows].reverse().flatMap((r) => (matches(r, filter) ? [r.id] : [])));
        }),
        { numRuns: 300 },
      ),
    );
    await end();
  }, 60_000);
}
