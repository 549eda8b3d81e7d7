import { type TestGateway, until } from './gateway.ts';

export interface Books {
  channels: { channel: string; elements: number; published: number; duplicate: number; absorbed: Record<string, number>; deadLettered: number; waiting: number }[];
  journals: { received: number; split: number; pending: number }[];
}
export const ledgerOf = async (gateway: TestGateway): Promise<Books> => (await gateway.call('/v1/ledger')).json as Books;

/** Promise 5, once everything that was received is split. */
export async function booksHold(gateway: TestGateway): Promise<Books> {
  await until('nothing pending', async () => (await ledgerOf(gateway)).journals.every((j) => j.pending === 0));
  const books = await ledgerOf(gateway);
  for (const c of books.channels) expect(c.elements).toBe(c.published + c.duplicate + Object.values(c.absorbed).reduce((a, b) => a + b, 0) + c.deadLettered + c.waiting);
  for (const j of books.journals) expect(j.received).toBe(j.split + j.pending);
  return books;
}
