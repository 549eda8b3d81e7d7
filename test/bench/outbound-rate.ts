import { sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { busiest, pause, postMany, resume, type Stage, withCustomers } from './outbound-stage.ts';

/**
 * The permitted rate, with a platform that enforces it over any second and counts what customers write (steadily) in it: how much of what
 * they leave is used, and how many calls are refused. And the pair limit: 45 at once, then one in 6 s.
 */
const CUSTOMERS = 1000;
const RATES = [
  { perSecond: 80, inbound: 20 },
  { perSecond: 1000, inbound: 100 },
] as const;
const SETTLE_MS = 3000;
const PAIR = { everyMs: 6000, burst: 45 };

interface Told {
  readonly accepted: readonly (readonly [own: string, at: number])[];
  readonly refused: { readonly rate: number; readonly pair: number };
  readonly wrote: number;
  /** By the platform's clock. */
  readonly now: number;
}
const told = (stage: Stage) => stage.platform.ask<Told>({ what: 'told' });

async function atRate(bench: BenchContext, { perSecond, inbound }: (typeof RATES)[number]) {
  const stage = await withCustomers(bench, { channels: 1, customers: CUSTOMERS, perSecond, platform: 'rated-platform.ts' });
  await pause(stage.gateway);
  const seconds = (SETTLE_MS + bench.plan.pacingMs) / 1000;
  await postMany(stage.gateway, { count: Math.ceil((perSecond - inbound) * (seconds + 2)), customerOf: (n) => ({ customer: n % CUSTOMERS, channel: 0 }) });
  await stage.platform.ask({ what: 'rules', rules: { perSecond } });
  await stage.platform.ask({ what: 'inbound', port: stage.gateway.port, perSecond: inbound });
  await sleep(SETTLE_MS / 2);
  await resume(stage.gateway);
  await sleep(SETTLE_MS);
  const before = await told(stage);
  await sleep(bench.plan.pacingMs);
  const after = await told(stage);
  await stage.platform.ask({ what: 'inbound', port: stage.gateway.port, perSecond: 0 });
  await stage.end();
  const times = after.accepted.map(([, at]) => at);
  const sent = times.filter((t) => t > before.now && t <= after.now).length;
  const spanS = (after.now - before.now) / 1000;
  const left = perSecond - (after.wrote - before.wrote) / spanS;
  return { rate: sent / spanS, left, share: sent / spanS / left, refused: after.refused.rate, busiest: busiest(times) };
}
async function pairs(bench: BenchContext) {
  const stage = await withCustomers(bench, { channels: 1, customers: 20, perSecond: 1000, platform: 'rated-platform.ts' });
  await stage.platform.ask({ what: 'rules', rules: { pair: PAIR } });
  const recipients = 10;
  const each = Math.ceil(PAIR.burst + bench.plan.pacingMs / PAIR.everyMs) + 3;
  await postMany(stage.gateway, { count: recipients * each, customerOf: (n) => ({ customer: n % recipients, channel: 0 }) });
  const began = performance.now();
  await sleep(bench.plan.pacingMs);
  const ran = performance.now() - began;
  const { accepted, refused } = await told(stage);
  await stage.end();
  const permitted = recipients * (PAIR.burst + Math.floor(ran / PAIR.everyMs));
  return { sent: accepted.length, permitted, share: accepted.length / permitted, refused: refused.pair };
}

export async function rate(bench: BenchContext): Promise<Findings> {
  const figures: Record<string, number> = {};
  const rows: (string | number)[][] = [];
  for (const at of RATES) {
    const found = await atRate(bench, at);
    rows.push([
      `${at.perSecond} a second, ${at.inbound} of them inbound`,
      rounded(found.left, 1),
      rounded(found.rate, 1),
      `${rounded(found.share * 100, 1)} %`,
      found.refused,
      found.busiest,
    ]);
    Object.assign(figures, { [`rate.${at.perSecond}.share`]: found.share, [`rate.${at.perSecond}.refused`]: found.refused });
    bench.say(`rate: ${at.perSecond}/s, ${rounded(found.share * 100, 1)} % of what inbound leaves, ${found.refused} refused`);
  }
  const pair = await pairs(bench);
  rows.push(['pairs: 45 at once, one in 6 s', pair.permitted, pair.sent, `${rounded(pair.share * 100, 1)} %`, pair.refused, '']);
  Object.assign(figures, { 'rate.pair.share': pair.share, 'rate.pair.refused': pair.refused });
  return { figures, tables: [{ title: 'Use of the permitted rate, the platform enforcing it', columns: ['limit', 'left', 'sent', 'used', 'refused', 'busiest second'], rows }] };
}
