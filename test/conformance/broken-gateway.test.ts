import { parseChannels } from '../../src/config/channels-file.ts';
import { runConformance, type Verdict } from '../../src/conformance/run-conformance.ts';
import { ROWS, type Row } from '../../src/conformance/scenarios.ts';
import { createSurface } from '../../src/conformance/surface.ts';
import { freePort } from '../support/kafka.ts';
import { CHANNELS } from '../support/sandbox.ts';
import { startSmallGateway } from '../support/small-gateway.ts';

/** Each row of the table can fail: a gateway that has the defect it looks for fails it, and one that has none passes all. */
async function judge(rows: readonly Row[], defects: readonly Row[], patienceSeconds?: number): Promise<Verdict[]> {
  const platform = `http://127.0.0.1:${await freePort()}`;
  const channels = parseChannels([{ ...CHANNELS[0], baseUrl: platform }], {}, []);
  const gateway = await startSmallGateway({ platform, secrets: ['wa-secret', 'wa-secret-before'], token: 'op_test', phoneNumberId: '207700000000123', defects: new Set(defects) });
  try {
    const surface = createSurface({ url: gateway.url, token: 'op_test' });
    return await runConformance({ surface, channels, gateway: gateway.url, rows, progress: () => {}, ...(patienceSeconds === undefined ? {} : { patienceSeconds }) });
  } finally {
    await gateway.stop();
  }
}

test.concurrent('a gateway without a defect passes every row', async () => {
  const verdicts = await judge(ROWS, []);
  expect(verdicts.filter((v) => !v.ok)).toEqual([]);
  expect(new Set(verdicts.map((v) => v.row))).toEqual(new Set(ROWS));
}, 300_000);

test.concurrent.each<[Row, RegExp]>([
  ['nothing lost', /messages have no event/],
  ['one effect', /messages have more than one event.*replies arrived more than once/],
  ['order', /events in another order|show other replies, or in another order/],
  ['limits', /calls refused with 13/],
  ['window', /neither refused nor told as failed/],
  ['forged refused', /forged webhooks were acknowledged.*forged messages have an event/],
  ['unknown kept', /unknown elements are neither an event nor a dead letter/],
  ['books balance', /do not add up/],
])(
  'a gateway with a defect in "%s" fails that row',
  async (row, words) => {
    const failed = (await judge([row], [row], 4)).filter((v) => !v.ok);
    expect(failed.map((v) => v.detail).join('\n')).toMatch(words);
  },
  120_000,
);

test.concurrent('a gateway with all of them fails all', async () => {
  const verdicts = await judge(ROWS, ROWS, 3);
  const green = ROWS.filter((row) => verdicts.filter((v) => v.row === row).every((v) => v.ok));
  expect(green).toEqual([]);
}, 300_000);
