import { type Desk, HOUR, openDesk, START } from '../support/outbound-desk.ts';

const ANA = { phone: '+447700900101' };
const BEN = { psid: '7410000000000011' };
let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  await desk.channel('wa');
  await desk.channel('fb', { type: 'messenger' });
});
afterEach(() => desk.close());
const TEMPLATE = { onWindowClosed: { template: { name: 'still_there', language: 'en_GB' } } };

test('onWindowClosed swaps by itself, when it is admitted', async () => {
  await desk.customer('wa', ANA.phone, 30);
  const id = await desk.send('wa', ANA, TEMPLATE);
  expect((await desk.message(id)).mode).toBe('template');
  expect(JSON.parse((await desk.call(id)).call.body)).toMatchObject({ text: 'template still_there' });
});

test('and when the window closes while it waits; without a template it fails with the rule', async () => {
  await desk.customer('wa', ANA.phone, 23.5);
  const sendAt = new Date(START + HOUR).toISOString();
  const swapped = await desk.send('wa', ANA, { ...TEMPLATE, sendAt, content: { type: 'text', text: 'two\nparts' } });
  const plain = await desk.send('wa', ANA, { sendAt });
  desk.clock.now += HOUR;
  await desk.tick();
  const { call } = await desk.call(swapped);
  expect(JSON.parse(call.body)).toEqual({ to: ANA.phone, text: 'template still_there', own: `${swapped}.1.1` });
  expect(await desk.message(swapped)).toMatchObject({ queue_state: 'done', mode: 'template' });
  expect(await desk.timeline(swapped)).toEqual(['queued', 'rendered', 'accepted']);
  expect(await desk.claim(plain)).toBeNull();
  expect(await desk.message(plain)).toMatchObject({ state: 'failed', error_code: 'window_closed' });
});

test('a person within seven days gets the tag, a day later nothing', async () => {
  await desk.customer('fb', BEN.psid, 100, 'psid');
  const id = await desk.send('fb', BEN, { author: 'human' });
  expect(JSON.parse((await desk.call(id)).call.body)).toMatchObject({ tag: 'HUMAN_AGENT' });
  await expect(desk.send('fb', BEN, { author: 'bot' })).rejects.toMatchObject({ code: 'window_closed' });
  await expect(desk.send('fb', BEN)).rejects.toMatchObject({ code: 'window_closed' });
});

test('a reply of a person that waits past the window takes the tag on the way', async () => {
  await desk.customer('fb', BEN.psid, 23.5, 'psid');
  const id = await desk.send('fb', BEN, { author: 'human', sendAt: new Date(START + HOUR).toISOString() });
  desk.clock.now += HOUR;
  await desk.tick();
  expect(JSON.parse((await desk.call(id)).call.body)).toMatchObject({ tag: 'HUMAN_AGENT', own: `${id}.1.1` });
});

test('bulk waits for the end of quiet hours, a reply does not', async () => {
  await desk.customer('wa', ANA.phone);
  await desk.tenant('acme', { quietHours: { timeZone: 'UTC', from: '11:00', to: '14:00' } });
  const bulk = await desk.admit({ channel: 'wa', to: ANA, content: { type: 'text', text: 'sale' }, priority: 'bulk' });
  expect(bulk.eta).toBe('2026-11-24T14:00:00.000Z');
  await desk.call(await desk.send('wa', ANA));
  expect((await desk.message(bulk.id)).queue_state).toBe('waiting');
  desk.clock.now += 2 * HOUR;
  await desk.tick();
  await desk.call(bulk.id);
});

test('quiet hours that begin while bulk is queued hold it too', async () => {
  await desk.customer('wa', ANA.phone);
  const id = await desk.send('wa', ANA, { priority: 'bulk' });
  await desk.tenant('acme', { quietHours: { timeZone: 'UTC', from: '11:00', to: '14:00' } });
  expect(await desk.claim(id)).toBeNull();
  expect((await desk.message(id)).queue_state).toBe('waiting');
});
