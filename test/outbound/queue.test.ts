import { notBegun } from '../../src/outbound/not-begun.ts';
import { type Desk, HOUR, openDesk, START } from '../support/outbound-desk.ts';

const ANA = { phone: '+447700900101' };
let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  await desk.channel('wa');
  await desk.customer('wa', ANA.phone);
});
afterEach(async () => {
  // Whatever happened, the depths are what is queued.
  const [kept] = await desk.rows<{ n: number | null }>('SELECT sum(n) AS n FROM queue_depths');
  const [is] = await desk.rows<{ n: number }>("SELECT count(*) AS n FROM messages WHERE queue_state IS NOT NULL AND queue_state <> 'done'");
  expect(kept?.n ?? 0).toBe(is?.n);
  await desk.close();
});
const states = async (...ids: string[]) => Promise.all(ids.map(async (id) => (await desk.message(id)).queue_state));

test('one after the other within a conversation: each waits for the end of the one before', async () => {
  const ids = [await desk.send('wa', ANA), await desk.send('wa', ANA), await desk.send('wa', ANA)] as const;
  expect(await states(...ids)).toEqual(['ready', 'held', 'held']);
  expect(await desk.claim(ids[1])).toBeNull();
  await desk.call(ids[0]);
  expect(await states(...ids)).toEqual(['done', 'ready', 'held']);
  await desk.call(ids[1], { code: 'request_rejected' });
  expect(await states(...ids)).toEqual(['done', 'done', 'ready']); // a failed one ends itself, not the conversation
});

test('bulk and scheduled messages never hold a reply; a reply holds them', async () => {
  const bulk = await desk.send('wa', ANA, { priority: 'bulk', category: 'utility' });
  const later = await desk.send('wa', ANA, { sendAt: new Date(START + 1000).toISOString() });
  const reply = await desk.send('wa', ANA);
  const more = await desk.send('wa', ANA, { priority: 'bulk', category: 'utility' });
  expect(await states(bulk, later, reply, more)).toEqual(['ready', 'waiting', 'ready', 'held']);
  desk.clock.now += 1000;
  await desk.tick();
  expect(await states(later)).toEqual(['ready']); // a campaign that went before it does not hold it, and the younger reply cannot
  await desk.call(bulk);
  expect(await states(more)).toEqual(['held']);
  await desk.call(reply);
  await desk.call(later);
  expect(await states(more)).toEqual(['ready']);
});

test('a scheduled message that is not due holds nothing', async () => {
  const later = await desk.send('wa', ANA, { sendAt: new Date(START + HOUR).toISOString() });
  const bulk = await desk.send('wa', ANA, { priority: 'bulk', category: 'utility' });
  expect(await states(later, bulk)).toEqual(['waiting', 'ready']);
});

test('a doubt holds its conversation for a minute, then later ones go and their timeline says so; the policy decides after ten', async () => {
  const doubtful = await desk.send('wa', ANA);
  const next = await desk.send('wa', ANA);
  await desk.call(doubtful, { code: 'outcome_unknown', outcome: 'unknown' });
  expect((await desk.message(doubtful)).state).toBe('unknown');
  desk.clock.now += 59_000;
  await desk.tick();
  expect(await states(next)).toEqual(['held']);
  desk.clock.now += 1000;
  await desk.tick();
  expect(await states(next)).toEqual(['ready']);
  expect(await desk.timeline(next)).toEqual(['queued', 'overtakes']);
  await desk.call(next);
  desk.clock.now += 540_000;
  await desk.tick();
  expect(await desk.message(doubtful)).toMatchObject({ state: 'failed', queue_state: 'done', error_code: 'outcome_unknown' });
});

test('under resend a doubt without evidence goes once more', async () => {
  await desk.channel('wa2', { settings: { onUnknown: 'resend' } });
  await desk.customer('wa2', ANA.phone);
  const id = await desk.send('wa2', ANA);
  await desk.call(id, { code: 'outcome_unknown', outcome: 'unknown' });
  desk.clock.now += 600_000;
  await desk.tick();
  expect(await desk.timeline(id)).toEqual(['queued', 'unknown', 'resend']);
  await desk.call(id);
  expect(await desk.message(id)).toMatchObject({ queue_state: 'done', attempt: 1 });
});

test('parts: each waits for the answer to the one before; a failed part ends its message', async () => {
  const id = await desk.send('wa', ANA, { content: { type: 'text', text: 'one\ntwo\nthree' } });
  expect((await desk.call(id)).part).toBe(1);
  expect((await desk.call(id, { retryable: true, code: 'platform_unavailable' })).part).toBe(2);
  expect(await states(id)).toEqual(['waiting']);
  desk.clock.now += 10_000;
  await desk.tick();
  expect((await desk.call(id, {})).part).toBe(2); // resumed at the part that failed
  expect(await desk.message(id)).toMatchObject({ state: 'failed', queue_state: 'done', sent_parts: 1 });
});

test('where the platform keeps no order a part waits for `sent`, ten seconds at most', async () => {
  const id = await desk.send('wa', ANA, { content: { type: 'text', text: 'one\ntwo' } });
  const first = await desk.claim(id);
  await desk.outcome(first as NonNullable<typeof first>, 'accepted', 10_000);
  expect(await states(id)).toEqual(['waiting']);
  desk.clock.now += 9000;
  await desk.tick();
  expect(await states(id)).toEqual(['waiting']);
  desk.clock.now += 1000;
  await desk.tick();
  expect(await states(id)).toEqual(['ready']);
  await desk.call(id);
  expect(await states(id)).toEqual(['done']);
});

test('what expires while it waits, on a paused channel too, expires at its time', async () => {
  const expiresAt = new Date(START + 5000).toISOString();
  const id = await desk.send('wa', ANA, { expiresAt });
  const next = await desk.send('wa', ANA);
  await desk.run((tx) => tx.run("UPDATE channels SET state = 'paused'"));
  expect(await desk.claim(id)).toBeNull();
  desk.clock.now += 5000;
  await desk.tick();
  expect(await desk.message(id)).toMatchObject({ state: 'expired', queue_state: 'done' });
  expect(await states(next)).toEqual(['ready']);
});

test('a quota of what is queued: bulk leaves a tenth for replies', async () => {
  await desk.tenant('acme', { queueMax: 10 });
  for (let i = 0; i < 9; i++) await desk.send('wa', { phone: `+4477009002${10 + i}` }, { priority: 'bulk', category: 'utility', content: { type: 'template', name: 'x' } });
  await expect(desk.send('wa', { phone: '+447700900230' }, { priority: 'bulk', content: { type: 'template' } })).rejects.toMatchObject({ code: 'queue_full', status: 429 });
  const last = await desk.send('wa', ANA);
  await expect(desk.send('wa', ANA)).rejects.toMatchObject({ code: 'queue_full' });
  await desk.call(last);
  await desk.send('wa', ANA);
});

test('the eta of a new message is its position at the pace of the channel', async () => {
  for (let i = 0; i < 80; i++) await desk.send('wa', { phone: `+44770090${1000 + i}` }, { priority: 'bulk', category: 'utility', content: { type: 'template', name: 'x' } });
  const eta = async (over: object) => Date.parse((await desk.admit({ channel: 'wa', to: ANA, content: { type: 'text', text: 'x' }, ...over })).eta) - START;
  expect(await eta({})).toBe(0); // replies go first
  expect(await eta({ priority: 'bulk', category: 'utility' })).toBe(1013); // 81 at 80 a second
  expect(await eta({ sendAt: new Date(START + HOUR).toISOString() })).toBe(HOUR);
});

test('a look costs the same whatever the length of the queue: each by its index', async () => {
  await desk.run(async (tx) => {
    for (const text of [
      "SELECT m.id FROM messages m WHERE m.channel = 'wa' AND m.queue_state = 'ready' AND EXISTS (SELECT 1 FROM channels h WHERE h.id = 'wa' AND h.state = 'active') ORDER BY m.priority DESC, m.id LIMIT 20",
      "SELECT id FROM messages WHERE queue_state = 'waiting' AND next_at <= 1 ORDER BY next_at LIMIT 500",
      `SELECT id FROM messages WHERE expires_at IS NOT NULL AND ${notBegun('messages')} AND expires_at <= 1 AND sent_parts = 0 LIMIT 500`,
      'SELECT id FROM messages WHERE again_at <= 1 ORDER BY again_at LIMIT 50',
      'SELECT id FROM messages WHERE fallback_at <= 1 ORDER BY fallback_at LIMIT 50',
    ]) {
      const plan = (await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`)).map((p) => p.detail).join('; ');
      expect(plan).toMatch(/SEARCH \w+ USING (COVERING )?INDEX messages_(ready|due|expiry|again|fallback)/);
      expect(plan).not.toMatch(/TEMP B-TREE/);
    }
  });
});

test('a claim whose answer was lost is repeated and is the same one; a later one is not', async () => {
  await desk.customer('wa', '+447700900101');
  const id = await desk.send('wa', { phone: '+447700900101' });
  const first = await desk.claim(id);
  expect(first).toMatchObject({ message: id, part: 1 });
  expect(await desk.claim(id)).toEqual(first);
  desk.clock.now += 1;
  expect(await desk.claim(id)).toBeNull();
  if (first) await desk.outcome(first, 'accepted');
  expect(await desk.claim(id)).toBeNull();
});
