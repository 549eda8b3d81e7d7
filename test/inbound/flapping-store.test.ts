import { createAdapters } from '../../adapters/index.ts';
import type { Tx } from '../../src/store/port.ts';
import type { Writer } from '../../src/store/writer.ts';
import { text, webhook } from '../support/gateway.ts';
import { ingestAll, NUMBER } from '../support/ingest.ts';

const TERMINATED = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01', severity: 'FATAL' });

/** A store whose connection is cut after so many messages of a transaction, every time. */
const cutAfter =
  (most: number, tried: number[]) =>
  (writer: Writer): Writer => ({
    ...writer,
    transaction: (work) =>
      writer.transaction((tx) => {
        let n = 0;
        const cut: Tx = {
          ...tx,
          async run(sql, params) {
            if (sql.startsWith('INSERT INTO messages ') && ++n > most) {
              tried.push(n);
              throw TERMINATED;
            }
            return tx.run(sql, params);
          },
        };
        return work(cut);
      }),
  });

test.each([1, 3, 40])('a store that is cut after %i messages of each transaction gets them all, in batches that it can take, once and in order', async (most) => {
  const bodies = Array.from({ length: 60 }, (_, i) => JSON.stringify(webhook(NUMBER, { messages: [text(`4477009001${String(i % 10).padStart(2, '0')}`, `wamid.F${i}`)] })));
  const tried: number[] = [];
  await ingestAll({ bodies, adapters: createAdapters(), wrap: cutAfter(most, tried), ms: 60_000 }, ({ db, faults, logged }) => {
    const ids = db.prepare("SELECT json_extract(body, '$.data.message.platformId') AS id FROM events WHERE type = 'message.received' ORDER BY off").all();
    expect(ids.map((row) => row.id)).toEqual(bodies.map((_, i) => `wamid.F${i}`));
    expect(db.prepare('SELECT count(*) AS n FROM events').get()).toMatchObject({ n: bodies.length });
    expect(tried.length).toBeGreaterThan(0);
    expect(faults.length).toBeGreaterThan(0);
    expect(logged).toEqual([]); // nobody's body is to blame
  });
});
