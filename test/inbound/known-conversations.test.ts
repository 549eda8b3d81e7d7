import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Identity, OutboundContent } from '../../schemas/index.ts';
import { newId } from '../../src/id.ts';
import { addAddresses, type Conversation, conversationFor, findConversation, joinMessage, keepJoined, touch } from '../../src/inbound/conversations.ts';
import { keepMenu } from '../../src/inbound/menus.ts';
import type { Tx } from '../../src/store/port.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';

const PLACE = { id: 'ch_a', tenant: 'acme' };
const PHONES: readonly Identity[] = ['+447700900111', '+5511912345678', '+551112345678', '+14155550123'].map((value) => ({ type: 'phone', value }));
const USERS: readonly Identity[] = ['GB.1', 'GB.2'].map((value) => ({ type: 'whatsapp_user', value }));
const ADDRESSES = [...PHONES, ...USERS, { type: 'group', value: 'g1' } as Identity];

async function withWriter(work: (writer: ReturnType<typeof openSqliteWriter>) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-known-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  try {
    await work(writer);
  } finally {
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
/** The same transaction as a writer that is not the only one sees it: every look-up asks the store. */
const unremembering = ({ peopleVersion: _, ...tx }: Tx): Tx => tx;
const counting = (tx: Tx) => {
  const asked: string[] = [];
  return {
    asked,
    tx: {
      ...tx,
      all: <T>(sql: string, params?: readonly unknown[]) => {
        asked.push(sql);
        return tx.all<T>(sql, params);
      },
    } satisfies Tx,
  };
};

test('a customer who goes on writing is found without asking the store; one who wrote once is not kept', () =>
  withWriter(async (writer) => {
    await writer.transaction(async (plain) => {
      const { tx, asked } = counting(plain);
      const seed = { addresses: [PHONES[0] as Identity, USERS[0] as Identity], name: 'Ann', nowMs: 1 };
      const first = await conversationFor(tx, PLACE, seed);
      const asks: number[] = [];
      for (let n = 0; n < 2; n++) {
        asked.length = 0;
        await conversationFor(tx, PLACE, seed);
        asks.push(asked.length);
      }
      expect(asks).toEqual([2, 2]); // aliases and the conversation: found for the first time, and again
      asked.length = 0;
      const again = await conversationFor(tx, PLACE, seed);
      expect(asked).toEqual([]);
      expect(again.conversation).toMatchObject({ id: first.conversation.id, name: 'Ann', isNew: false });
      await touch(tx, again.conversation, { windowExpiresAt: 99 });
      expect((await conversationFor(tx, PLACE, seed)).conversation.windowExpiresAt).toBe(99);
      expect(asked).toEqual([]);
    });
  }));

test('a number that went to another person leads to that person from then on', () =>
  withWriter(async (writer) => {
    await writer.transaction(async (tx) => {
      const [number, next, ann, bo] = [PHONES[0], PHONES[3], USERS[0], USERS[1]] as [Identity, Identity, Identity, Identity];
      const first = (await conversationFor(tx, PLACE, { addresses: [number, ann], name: 'Ann', nowMs: 1 })).conversation;
      await touch(tx, first, { sendable: next });
      expect((await findConversation(tx, PLACE.id, [number]))?.id).toBe(first.id); // remembered
      const second = (await conversationFor(tx, PLACE, { addresses: [number, bo], name: 'Bo', nowMs: 2 })).conversation;
      expect(second.id).not.toBe(first.id);
      expect((await findConversation(tx, PLACE.id, [number]))?.id).toBe(second.id);
    });
  }));

class Undone extends Error {}
const address = fc.constantFrom(...ADDRESSES);
const some = fc.uniqueArray(address, { minLength: 1, maxLength: 3 });
type Step = (tx: Tx, of: () => Promise<Conversation | null>) => Promise<unknown>;
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(some, fc.constantFrom('Ann', 'Bo', undefined)).map(
      ([addresses, name]): Step =>
        (tx) =>
          conversationFor(tx, PLACE, { addresses, name, nowMs: 1 }),
    ),
  },
  fc.tuple(fc.nat(5), fc.option(address, { nil: undefined })).map(
    ([at, sendable]): Step =>
      async (tx, of) => {
        const conversation = await of();
        if (conversation) await touch(tx, conversation, { windowExpiresAt: at, sendable });
      },
  ),
  fc.option(fc.nat(5), { nil: undefined }).map(
    (windowExpiresAt): Step =>
      async (tx, of) => {
        const conversation = await of();
        if (!conversation) return;
        joinMessage(conversation, newId('ms_'), { windowExpiresAt });
        await keepJoined(tx, conversation);
      },
  ),
  some.map(
    (addresses): Step =>
      async (tx, of) => {
        const conversation = await of();
        if (conversation) await addAddresses(tx, conversation, addresses);
      },
  ),
  fc.constant<Step>(async (tx, of) => {
    const conversation = await of();
    const [last] = await tx.all<{ n: number }>('SELECT count(*) AS n FROM menus');
    const content: OutboundContent = { type: 'choices', body: 'Which?', options: [{ id: 'a', title: 'A' }] };
    if (conversation) await keepMenu(tx, { message: `ms_${last?.n}`, conversation: conversation.id, content, numbered: [{ n: 1, id: 'a', title: 'A' }] });
  }),
  fc.constantFrom('Cy', 'Di').map(
    (name): Step =>
      async (tx, of) =>
        tx.run('UPDATE contacts SET name = $2 WHERE id = $1', [(await of())?.contact, name]),
  ),
  fc.constantFrom('Ed', 'Flo').map(
    (name): Step =>
      async (tx, of) =>
        tx.db
          .updateTable('contacts')
          .set({ name })
          .where('id', '=', (await of())?.contact ?? '')
          .execute(),
  ),
);
const undoing =
  (step: Step): Step =>
  async (tx, of) => {
    await tx
      .savepoint(async () => {
        await step(tx, of);
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
  };
const script = fc.array(fc.record({ list: fc.array(fc.tuple(fc.oneof(steps, steps.map(undoing)), address), { minLength: 1, maxLength: 6 }), undone: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

/** Everything that can be found, so that a look-up is remembered before the next step and held against the store after it. */
async function allFound(tx: Tx): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const a of ADDRESSES) found.push(await findConversation(tx, PLACE.id, [a]));
  for (const phone of PHONES) for (const user of USERS) found.push(await findConversation(tx, PLACE.id, [phone, user]));
  return found;
}

test(
  'whatever is written, by whom and however much of it is undone: what is remembered is what the store has',
  () =>
    fc.assert(
      fc.asyncProperty(script, (transactions) =>
        withWriter(async (writer) => {
          const held = async (tx: Tx) => expect(await allFound(tx)).toEqual(await allFound(unremembering(tx)));
          for (const { list, undone } of transactions) {
            const whole = writer.transaction(async (tx) => {
              await held(tx);
              for (const [step, who] of list) {
                await step(tx, () => findConversation(tx, PLACE.id, [who]));
                await held(tx);
              }
              if (undone) throw new Undone();
            });
            await whole.catch((error: unknown) => {
              if (!(error instanceof Undone)) throw error;
            });
          }
          await writer.transaction(held);
        }),
      ),
      { numRuns: 200 },
    ),
  60_000,
);
