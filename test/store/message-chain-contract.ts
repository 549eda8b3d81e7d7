import fc from 'fast-check';
import { retain } from '../../src/inbound/retention.ts';
import { idsAfter, idsBefore } from '../../src/store/message-chain.ts';
import type { Writer } from '../../src/store/writer.ts';
import { message, put, putMessage } from './rows.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T09:20:24.000Z');
const DAYS = { eventDays: 30, messageDays: 90, exchangeDays: 14, idempotencyDays: 7 };
const CONVERSATIONS = ['cv_0', 'cv_1', 'cv_2'];
/** In the order of their ids; of what is old, all goes that is not still to be sent. */
const idOf = (n: number) => `ms_${String(n).padStart(26, '0')}`;

const messages = fc.array(fc.record({ conversation: fc.constantFrom('cv_0', 'cv_0', 'cv_0', 'cv_0', 'cv_1'), old: fc.boolean(), unsent: fc.nat(9).map((n) => n === 0) }), {
  maxLength: 300,
});
const place = fc.nat(310).map(idOf);
const limit = fc.integer({ min: 1, max: 120 });

/** What the messages of a conversation are, whichever database they are in. */
export function messageChainContract(open: () => Promise<{ writer: Writer; end(): Promise<void> }>): void {
  test('the messages of a conversation are found from either end and from any place, whatever retention took out of their midst', async () => {
    const { writer, end } = await open();
    await fc.assert(
      fc.asyncProperty(messages, place, limit, async (list, from, most) => {
        await writer.transaction(async (tx) => {
          for (const table of ['messages', 'conversations', 'message_marks']) await tx.run(`DELETE FROM ${table}`);
          for (const id of CONVERSATIONS) await put(tx, 'conversations', { id, tenant: 'acme', channel: 'ch', contact: 'ct', created_at: 1 });
        });
        const add = (begin: number, part: typeof list) =>
          writer.transaction(async (tx) => {
            for (const [n, { conversation, old, unsent }] of part.entries()) {
              const at = old ? NOW - 100 * DAY : NOW;
              await putMessage(tx, { ...message(idOf(begin + n), at, { queue_state: unsent ? 'waiting' : 'done' }), conversation });
            }
          });
        const half = Math.floor(list.length / 2);
        await add(0, list.slice(0, half));
        await writer.transaction((tx) => retain(tx, DAYS, { nowMs: NOW, goOn: () => true }));
        await add(half, list.slice(half)); // what comes afterwards joins what is left
        await writer.transaction(async (tx) => {
          for (const conversation of CONVERSATIONS) {
            const left = list.flatMap((m, n) => (m.conversation === conversation && !(n < half && m.old && !m.unsent) ? [idOf(n)] : []));
            expect(await idsAfter(tx.db, conversation, { after: '', limit: 500 })).toEqual(left);
            expect(await idsBefore(tx.db, conversation, { limit: 500 })).toEqual([...left].reverse());
            expect(await idsBefore(tx.db, conversation, { before: from, limit: most })).toEqual(
              left
                .filter((id) => id < from)
                .reverse()
                .slice(0, most),
            );
            const paged: string[] = [];
            for (
              let page = await idsAfter(tx.db, conversation, { after: from, limit: most });
              page.length;
              page = await idsAfter(tx.db, conversation, { after: page.at(-1) ?? '', limit: most })
            )
              paged.push(...page);
            expect(paged).toEqual(left.filter((id) => id > from));
          }
        });
      }),
      { numRuns: 40 },
    );
    await end();
  }, 60_000);
}
