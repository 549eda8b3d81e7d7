import { createHmac } from 'node:crypto';
import { SECRET, sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, median, rounded } from './bench-context.ts';
import { type Child, startChild } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Outcome } from './generator.ts';
import { phoneNumberId } from './load.ts';
import { watchMemory } from './proc.ts';

/** Pictures and voice notes that all come at once: until all are ready, the memory of it, and what texts feel of it. */
const CONNECTIONS = 64;
const RATE = 1000;
const AT_ONCE = 32;
const MOST_MS = 600_000;
type Kind = 'image' | 'voice';

function webhook(platform: string, { kind, n, sha256 }: { kind: Kind; n: number; sha256: string }): string {
  const id = `15${String(n).padStart(12, '0')}${kind === 'image' ? 1 : 2}`;
  const file = { id, mime_type: kind === 'image' ? 'image/png' : 'audio/ogg; codecs=opus', sha256, url: `${platform}/${kind}/${n}`, ...(kind === 'voice' ? { voice: true } : {}) };
  const from = `4478${String(n % 500).padStart(8, '0')}`;
  const type = kind === 'image' ? 'image' : 'audio';
  const message = { from, from_user_id: `GB.${from}`, id: `wamid.MEDIA${kind}${n}`, timestamp: String(Math.floor(Date.now() / 1000)), type, [type]: file };
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550100199', phone_number_id: phoneNumberId(0) },
    contacts: [{ profile: { name: 'Ana' }, wa_id: from, user_id: `GB.${from}` }],
    messages: [message],
  };
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '118200000000777', changes: [{ field: 'messages', value }] }] });
}
async function post(gateway: GatewayProcess, body: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${gateway.port}/webhooks/whatsapp`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` },
  });
  if (response.status !== 200) throw new Error(`a media webhook was answered ${response.status}`);
  await response.arrayBuffer();
}
async function bodies(platform: Child, { images, voices, base }: { images: number; voices: number; base: string }): Promise<string[]> {
  const all: string[] = [];
  for (const [kind, count] of [
    ['voice', voices],
    ['image', images],
  ] as const)
    for (let n = 0; n < count; n++) all.push(webhook(base, { kind, n, ...(await platform.ask<{ sha256: string }>({ kind, n })) }));
  return all;
}
/** All of them handed in at once; resolves to the seconds until none waits any more. */
async function allReady(gateway: GatewayProcess, all: readonly string[]): Promise<{ seconds: number; failed: number }> {
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let body = all[next++]; body !== undefined; body = all[next++]) await post(gateway, body);
    }),
  );
  const state = async (name: string) => {
    const metrics = await fetch(`${gateway.gateway.api}/metrics`).then((r) => r.text());
    return Number(new RegExp(`parlance_media_files\\{state="${name}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
  };
  while ((await state('ready')) + (await state('failed')) < all.length) {
    if (performance.now() - began > MOST_MS) throw new Error('the files are not ready in ten minutes');
    await sleep(1000); // a look costs the HTTP thread milliseconds
  }
  return { seconds: (performance.now() - began) / 1000, failed: await state('failed') };
}

export async function media(bench: BenchContext): Promise<Findings> {
  const { mediaImages: images, mediaVoices: voices, openWarmMs: warmMs, openMs: runMs } = bench.plan;
  const platform = startChild('media-platform.ts');
  const base = `http://127.0.0.1:${(await platform.heard<{ port: number }>()).port}`;
  const gateway = await bench.gateway({ channel: { baseUrl: base } });
  const all = await bodies(platform, { images, voices, base });
  const texts = async (open: boolean): Promise<Outcome> => {
    await bench.prepare(open ? Math.round((RATE * (warmMs + runMs)) / 1000) : bench.plan.bodies);
    const order = { port: gateway.port, pids: [gateway.pid], connections: CONNECTIONS, warmMs, runMs };
    const outcome = await bench.run(open ? { ...order, type: 'open', rate: RATE, patienceMs: 30_000 } : { ...order, type: 'closed', again: false });
    if (!open) await gateway.drained();
    return outcome;
  };
  const alone: Outcome[] = [];
  for (let i = 0; i < bench.plan.rounds; i++) alone.push(await texts(true));
  await gateway.drained();
  const watch = watchMemory(gateway.pid, 50);
  const during: Outcome[] = [];
  const state = { over: false };
  const ready = allReady(gateway, all).finally(() => {
    state.over = true;
  });
  do during.push(await texts(true));
  while (!state.over && during.length < 100);
  const { seconds, failed } = await ready;
  const { peak, samples } = watch.stop();
  const [first = 0] = samples;
  await gateway.end();
  await platform.end();
  // A run of texts is longer than the files take at a small size: only whole runs within their time tell what texts feel.
  const p = (of: readonly Outcome[], which: 'p50' | 'p99') => median(of.map((o) => o.latency[which]));
  const figures = {
    'media.ready seconds': seconds,
    'media.failed': failed,
    'media.peak': peak,
    'media.text p50 alone': p(alone, 'p50'),
    'media.text p99 alone': p(alone, 'p99'),
    'media.text p50 during': p(during.slice(0, 1), 'p50'),
    'media.text p99 during': p(during.slice(0, 1), 'p99'),
    'media.text errors': during.reduce((n, o) => n + o.errors, 0),
  };
  const rows: (string | number)[][] = [
    [`${images} pictures of 2 MB and ${voices} voice notes of 30 s: all ready, s`, rounded(seconds, 1)],
    ['failed', failed],
    ['memory of all threads before, at most, MB', `${Math.round(first)}, ${Math.round(peak)}`],
    [`text acknowledgements at ${RATE}/s alone: p50 / p99, ms`, `${rounded(figures['media.text p50 alone'])} / ${rounded(figures['media.text p99 alone'])}`],
    [`the same while the files come: p50 / p99, ms`, `${rounded(figures['media.text p50 during'])} / ${rounded(figures['media.text p99 during'])}`],
    ['texts not acknowledged', figures['media.text errors']],
  ];
  return { figures, tables: [{ title: 'Media: all at once', columns: ['what', 'figure'], rows }] };
}
