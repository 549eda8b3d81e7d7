import { text, webhook } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { phoneNumberId } from './load.ts';

/** 50 copies at once of each of 20 webhooks: one event each. */
const IDS = 20;
const COPIES = 50;

export async function copies(bench: BenchContext): Promise<Findings> {
  const gateway = await bench.gateway();
  const posts = Array.from({ length: IDS }, (_, i) => webhook(phoneNumberId(0), { messages: [text('447700900101', `wamid.COPY${i}`)] })).flatMap((body) =>
    Array.from({ length: COPIES }, () => gateway.gateway.post(body)),
  );
  const answers = await Promise.all(posts);
  await gateway.drained();
  const events = (await gateway.gateway.events()).filter((e) => e.type === 'message.received').length;
  await gateway.end();
  return {
    figures: { 'copies.events per id': events / IDS },
    tables: [
      {
        title: 'Copies',
        columns: ['what', 'figure'],
        rows: [
          [`200s for ${IDS} x ${COPIES} copies`, answers.filter((a) => a === 200).length],
          ['events per id', rounded(events / IDS)],
        ],
      },
    ],
  };
}
