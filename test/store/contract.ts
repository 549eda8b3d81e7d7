import { eventId } from '../../schemas/index.ts';
import { conversationFor } from '../../src/inbound/conversations.ts';
import { firstSight } from '../../src/inbound/seen.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import type { EventDraft, Tx } from '../../src/store/port.ts';
import type { Writer } from '../../src/store/writer.ts';

export const draft = (n: string, subject = 'cv_1', time = '2026-11-22T09:20:24.000Z'): EventDraft => ({
  id: eventId(['test', n]),
  type: 'message.received',
  subject,
  source: '/channels/ch',
  tenant: 'acme',
  channel: 'ch',
  time,
  data: { n },
});
interface Row {
  off: number;
  subject: string;
  seq: number;
  late: number;
  body: string;
}
export const rowsOf = (writer: Writer) => writer.transaction((tx) => tx.all<Row>('SELECT off, subject, seq, late, body FROM events WHERE off IS NOT NULL ORDER BY off'));

/** What every store must do, whichever database it is. `open` gives an empty one. */
export function storeContract(open: () => Promise<{ writer: Writer; end(): Promise<void> }>): void {
  let writer: Writer;
  let end: () => Promise<void>;
  beforeEach(async () => ({ writer, end } = await open()));
  afterEach(() => end());

  test('events are numbered: offsets ascend, seq is gapless per subject and topic, late is told', async () => {
    await writer.transaction((tx) =>
      appendEvents(tx, [draft('1'), draft('2', 'cv_2'), draft('3', 'cv_1', '2026-11-22T09:20:20.000Z'), draft('4', 'cv_1', '2026-11-22T09:20:24.900Z')], 1),
    );
    await writer.number();
    const rows = await rowsOf(writer);
    expect(rows.map((r) => [r.subject, r.seq, r.late])).toEqual([
      ['cv_1', 1, 0],
      ['cv_2', 1, 0],
      ['cv_1', 2, 1],
      ['cv_1', 3, 0],
    ]);
    expect(rows.every((r, i) => i === 0 || r.off > (rows[i - 1]?.off ?? 0))).toBe(true);
  });

  test('each event names the one before it of its subject and topic, over several transactions', async () => {
    const status = { ...draft('s', 'cv_1'), type: 'message.status' as const };
    await writer.transaction((tx) => appendEvents(tx, [draft('1'), draft('2', 'cv_2'), draft('3'), status], 1));
    await writer.number();
    await writer.transaction((tx) => appendEvents(tx, [draft('4'), draft('5'), draft('6', 'cv_2')], 1));
    await writer.number();
    const rows = await writer.transaction((tx) => tx.all<{ off: number; prev_off: number | null }>('SELECT off, prev_off FROM events ORDER BY off'));
    const place = (off: number | null) => (off === null ? null : rows.findIndex((r) => Number(r.off) === Number(off)));
    expect(rows.map((r) => place(r.prev_off))).toEqual([null, null, 0, null, 2, 4, 1]);
  });

  test('what is undone leaves no gap in seq, and costs nothing beside it', async () => {
    await writer.transaction(async (tx) => {
      await appendEvents(tx, [draft('1')], 1);
      await expect(
        tx.savepoint(async () => {
          await appendEvents(tx, [draft('2')], 1);
          throw new Error('poison');
        }),
      ).rejects.toThrow('poison');
      await appendEvents(tx, [draft('3')], 1);
    });
    await expect(
      writer.transaction(async (tx) => {
        await appendEvents(tx, [draft('4')], 1);
        throw new Error('all of it');
      }),
    ).rejects.toThrow('all of it');
    await writer.transaction((tx) => appendEvents(tx, [draft('5')], 1));
    await writer.number();
    expect((await rowsOf(writer)).map((r) => [r.seq, (JSON.parse(r.body) as { data: { n: string } }).data.n])).toEqual([
      [1, '1'],
      [2, '3'],
      [3, '5'],
    ]);
  });

  test('an event id is seen first once', async () => {
    const see = (tx: Tx) => firstSight(tx, eventId(['x']));
    expect(await writer.transaction(see)).toBe(true);
    expect(await writer.transaction(see)).toBe(false);
  });

  test('one person under several names is one conversation; two that turn out to be one are linked, the older goes on', async () => {
    const place = { id: 'ch', tenant: 'acme' };
    const at = (addresses: [string, string][], nowMs: number) =>
      writer.transaction((tx) => conversationFor(tx, place, { addresses: addresses.map(([type, value]) => ({ type: type as 'phone', value })), name: undefined, nowMs }));
    const byPhone = (await at([['phone', '+5531988887777']], 1)).conversation;
    const byId = (await at([['whatsapp_user', 'BR.1']], 2)).conversation;
    expect(byId.id).not.toBe(byPhone.id);
    expect((await at([['phone', '+553188887777']], 3)).conversation.id).toBe(byPhone.id); // the Brazilian 9
    const both = await at(
      [
        ['whatsapp_user', 'BR.1'],
        ['phone', '+553188887777'],
      ],
      4,
    );
    expect([both.conversation.id, both.links.map((l) => l.ended.id)]).toEqual([byPhone.id, [byId.id]]);
    expect((await at([['whatsapp_user', 'BR.1']], 5)).conversation.id).toBe(byPhone.id);
  });
}
