import { sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { NO_LIMIT, post, type Stage, withCustomers } from './outbound-stage.ts';

/** Calls to a platform that closes idle connections without a word: how many end with an outcome that nobody knows. Bursts, with pauses around the moment when it closes. */
const CUSTOMERS = 1000;
const BURST = 40;
const IDLE_MS = [300, 1000, 5000] as const;

async function unknowns(stage: Stage): Promise<number> {
  let [n, cursor] = [0, ''];
  do {
    const { json } = await stage.gateway.gateway.call(`/v1/messages?direction=outbound&status=unknown&limit=500${cursor && `&cursor=${cursor}`}`);
    const page = json as { messages: unknown[]; next: string | null };
    n += page.messages.length;
    cursor = page.next ?? '';
  } while (cursor);
  return n;
}
async function measure(bench: BenchContext, idleMs: number, calls: number) {
  const stage = await withCustomers(bench, { channels: 1, customers: CUSTOMERS, perSecond: NO_LIMIT, platform: 'rated-platform.ts' });
  await stage.platform.ask({ what: 'rules', rules: { closeIdleMs: idleMs } });
  for (let sent = 0, round = 0; sent < calls; round++) {
    const size = Math.min(BURST, calls - sent);
    await Promise.all(Array.from({ length: size }, (_, i) => post(stage.gateway, { channel: 0, customer: (sent + i) % CUSTOMERS, key: `u-${sent + i}` })));
    sent += size;
    // Now and then the pause is as long as the platform waits, a little less and a little more; a long run has no time for more of them.
    if (round % 20 === 0) await sleep(idleMs * (0.9 + 0.02 * ((round / 20) % 10)));
  }
  for (let i = 0; i < 100 && (await stage.platform.ask<{ count: number }>('count')).count < calls; i++) await sleep(100);
  const found = { unknown: await unknowns(stage), calls: (await stage.platform.ask<{ count: number }>('count')).count };
  await stage.end();
  return found;
}

export async function unknown(bench: BenchContext): Promise<Findings> {
  const rows: (string | number)[][] = [];
  let total = { unknown: 0, calls: 0 };
  for (const idleMs of IDLE_MS) {
    const found = await measure(bench, idleMs, bench.plan.unknownCalls / IDLE_MS.length);
    total = { unknown: total.unknown + found.unknown, calls: total.calls + found.calls };
    rows.push([`closes after ${idleMs} ms`, found.calls, found.unknown]);
    bench.say(`unknown: idle ${idleMs} ms, ${found.unknown} of ${found.calls}`);
  }
  const share = (total.unknown * 100_000) / total.calls;
  rows.push(['all', total.calls, total.unknown]);
  return {
    figures: { 'unknown.per 100k': share, 'unknown.calls': total.calls },
    tables: [{ title: `Outcomes that nobody knows, idle connections closed: ${rounded(share, 1)} in 100,000`, columns: ['platform', 'calls', 'unknown'], rows }],
  };
}
