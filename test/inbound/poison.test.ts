import type { Adapters, WebhookAdapter } from '../../adapters/contract.ts';
import type { Fact } from '../../adapters/facts.ts';
import { createAdapters } from '../../adapters/index.ts';
import { text, webhook } from '../support/gateway.ts';
import { ingestAll, NUMBER } from '../support/ingest.ts';

/** The real adapters, but a body with the word POISON ends, after its elements, in one that throws in the midst of the store's work. */
function poisoned(): Adapters {
  const real = createAdapters();
  const normalize: WebhookAdapter['normalize'] = (request) => {
    const adapter = real.webhooks('meta') as WebhookAdapter;
    const found = adapter.normalize(request);
    if (!request.body.includes('POISON')) return found;
    const [first] = found.facts;
    const bad = { ...(first as Fact), idParts: ['bad'] };
    Object.defineProperty(bad, 'body', {
      get: () => {
        throw new Error('poison');
      },
    });
    return { ...found, facts: [...found.facts, bad] };
  };
  return { ...real, webhooks: (provider) => ({ ...(real.webhooks(provider) as WebhookAdapter), normalize }) };
}

test('a body that fails costs only itself: its own writes are undone, it is parked with its bytes, what stands around it comes out once', async () => {
  const bodies = ['one', 'two', 'POISON', 'three', 'POISON', 'four'].map((word, i) => JSON.stringify(webhook(NUMBER, { messages: [text('447700900101', `wamid.${word}${i}`)] })));
  await ingestAll({ bodies, adapters: poisoned() }, ({ db, faults, logged }) => {
    expect(db.prepare("SELECT json_extract(body, '$.data.message.platformId') AS id, seq FROM events WHERE type = 'message.received' ORDER BY off").all()).toMatchObject(
      ['wamid.one0', 'wamid.two1', 'wamid.three3', 'wamid.four5'].map((id, i) => ({ id, seq: i + 1 })),
    );
    expect(db.prepare("SELECT count(*) AS n FROM events WHERE type = 'webhook.rejected'").get()).toMatchObject({ n: 2 });
    expect(db.prepare('SELECT count(*) AS n FROM messages').get()).toMatchObject({ n: 4 });
    expect(db.prepare("SELECT term, n FROM ledger WHERE channel = 'ch_wa' ORDER BY term").all()).toMatchObject([
      { term: 'elements', n: 4 },
      { term: 'published', n: 4 },
    ]);
    expect(db.prepare('SELECT split FROM journal_cursors').get()).toMatchObject({ split: 6 });
    expect([faults, logged.length]).toEqual([[], 2]);
  });
});
