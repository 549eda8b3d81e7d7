import { idAt } from '../../src/id.ts';
import { retain } from '../../src/inbound/retention.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import type { Tx } from '../../src/store/port.ts';
import type { Writer } from '../../src/store/writer.ts';
import { draft } from './contract.ts';
import { message, put } from './rows.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T09:20:24.000Z');
const DAYS = { eventDays: 30, messageDays: 90, exchangeDays: 14, idempotencyDays: 7 };

/** An id as it was made at that time (those of a process only ever ascend). */
let made = 0;
const idOf = (prefix: string, at: number) => `${idAt(prefix, at)}${String(++made).padStart(16, '0')}`;
const letter = (id: string, at: number, state: string) => ({
  id,
  code: 'x',
  reason: 'x',
  path: '',
  state,
  event_id: 'e',
  created_at: at,
  updated_at: at,
});
const call = (id: string) => ({ message: id, attempt: 1, part: 0, channel: 'ch', state: 'sent', status: 'sent', epoch: 1, method: 'POST', path: '/', content_type: '', body: '' });

type Made = (tx: Tx, n: number, at: number) => Promise<void>;
/** table, days kept, what makes the nth row of it at a time. */
const AGED: readonly (readonly [string, number, Made])[] = [
  ['exchanges', DAYS.exchangeDays, (tx, _, at) => put(tx, 'exchanges', { id: idOf('ex_', at), message: 'm', attempt: 1, part: 0, at, ms: 1, request: '', outcome: 'sent' })],
  ['messages', DAYS.messageDays, (tx, _, at) => put(tx, 'messages', message(idOf('ms_', at), at, {}))],
  ['media_fetches', 1, (tx, n, at) => put(tx, 'media_fetches', { tenant: 'acme', url_hash: `${n}`, media: 'md', fetched_at: at })],
  ['idempotency', DAYS.idempotencyDays, (tx, n, at) => put(tx, 'idempotency', { tenant: 'acme', source: 's', key: `${n}`, message: 'm', body_hash: '', created_at: at })],
  ['dead_letters', 30, (tx, n, at) => put(tx, 'dead_letters', letter(`dl_${n}`, at, 'discarded'))],
  ['early_changes', 30, (tx, n, at) => put(tx, 'early_changes', { key: `ch:${n}`, change: '{}', at })],
  ['suspected_gaps', 30, (tx, n, at) => put(tx, 'suspected_gaps', { channel: 'ch', platform_id: `${n}`, named_by: 'reply', named_at: at })],
  ['audit', 365, (tx, _, at) => put(tx, 'audit', { id: idOf('au_', at), at, actor: 'a', action: 'b', detail: '{}' })],
  ['replays', 30, (tx, n, at) => put(tx, 'replays', { id: `rp_${n}`, state: 'done', request: '{}', created_at: at, updated_at: at })],
];

/** What every store drops after its days. */
export function retentionContract(open: () => Promise<{ writer: Writer; end(): Promise<void> }>): void {
  let writer: Writer;
  let end: () => Promise<void>;
  beforeEach(async () => ({ writer, end } = await open()));
  afterEach(() => end());
  const all = (table: string, columns = '*') => writer.transaction((tx) => tx.all<Record<string, unknown>>(`SELECT ${columns} FROM ${table}`));
  const retainAll = () => writer.transaction((tx) => retain(tx, DAYS, { nowMs: NOW, goOn: () => true }));

  test.each(AGED)('%s: past %i days all go, however many slices; what is younger stays', async (table, days, make) => {
    await writer.transaction(async (tx) => {
      for (let n = 0; n < 1700; n++) await make(tx, n, NOW - days * DAY - 2000 + n);
      for (let n = 1700; n < 1703; n++) await make(tx, n, NOW - days * DAY + 1 + n);
    });
    expect(await retainAll()).toBe(false);
    expect(await all(table)).toHaveLength(3);
  });

  test('a slice at a time where there is no time for more, and it says that there is more', async () => {
    await writer.transaction(async (tx) => {
      for (let n = 0; n < 700; n++) await put(tx, 'suspected_gaps', { channel: 'ch', platform_id: `${n}`, named_by: 'reply', named_at: n });
    });
    const slice = () => writer.transaction((tx) => retain(tx, DAYS, { nowMs: NOW, goOn: () => false }));
    expect(await slice()).toBe(true);
    const left = (await all('suspected_gaps')).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(700);
    expect(await slice()).toBe(false);
    expect(await all('suspected_gaps')).toEqual([]);
  });

  test('events: as many as are past their days and below every cursor, and never the newest', async () => {
    await writer.transaction((tx) =>
      appendEvents(
        tx,
        Array.from({ length: 1200 }, (_, n) => draft(String(n), `cv_${n % 7}`)),
        NOW - 31 * DAY,
      ),
    );
    await writer.number();
    const offs = (await all('events', 'off')).map((r) => Number(r.off)).sort((a, b) => a - b);
    await writer.transaction((tx) => tx.run('DELETE FROM cursors')); // of the numbers, on SQLite: 10 s behind at most, where these are 31 days old
    await writer.transaction((tx) => put(tx, 'cursors', { name: 'desk', off: offs[899], updated_at: 1 }));
    expect(await retainAll()).toBe(false);
    expect(await all('events')).toHaveLength(300);
    await writer.transaction((tx) => tx.run('DELETE FROM cursors'));
    expect(await retainAll()).toBe(false);
    expect((await all('events', 'off')).map((r) => Number(r.off))).toEqual([offs.at(-1)]);
  });

  test('a message goes with all that was kept of it; one that is still to go out stays, and so does a letter that is open', async () => {
    const at = NOW - 100 * DAY;
    const [done, queued] = [idOf('ms_', at), idOf('ms_', at)];
    await writer.transaction(async (tx) => {
      await put(tx, 'messages', message(done, at, {}));
      await put(tx, 'messages', message(queued, at, { queue_state: 'waiting' }));
      for (const id of [done, queued]) {
        await put(tx, 'calls', call(id));
        await put(tx, 'menus', { message: id, conversation: 'cv', options: '[]' });
        await put(tx, 'timeline', { id: `tl_${id}`, message: id, at, recorded_at: at, kind: 'k', detail: '{}' });
        await put(tx, 'preparations', { message: id, channel: 'ch', state: 'ready', parked: 0, renewed: 0, until: at, next_at: at });
      }
      await put(tx, 'dead_letters', letter('dl_open', at, 'open'));
    });
    await retainAll();
    expect(await all('messages', 'id')).toEqual([{ id: queued }]);
    for (const table of ['calls', 'menus', 'timeline', 'preparations']) expect(await all(table, 'message')).toEqual([{ message: queued }]);
    expect(await all('dead_letters', 'id')).toEqual([{ id: 'dl_open' }]);
  });

  test('a menu goes days after its message was done, before the message', async () => {
    await writer.transaction(async (tx) => {
      for (const [days, state] of [
        [9, 'done'],
        [9, 'waiting'],
        [7, 'done'],
      ] as const) {
        const id = idOf('ms_', NOW - days * DAY);
        await put(tx, 'messages', message(id, NOW - days * DAY, { queue_state: state }));
        await put(tx, 'menus', { message: id, conversation: `${days} ${state}`, options: '[]' });
      }
    });
    await retainAll();
    expect((await all('menus', 'conversation')).map((r) => r.conversation).sort()).toEqual(['7 done', '9 waiting']);
    expect(await all('messages')).toHaveLength(3);
  });
}
