import { openPostgresWriter } from '../../src/store/postgres-writer.ts';
import { type Desk, HOUR, openDesk, START } from '../support/outbound-desk.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../support/postgres.ts';

const ANA = { phone: '+447700900101' };
postgresSuite('sending on PostgreSQL, as on SQLite', () => {
  let server: TestPostgres;
  let desk: Desk;
  beforeAll(async () => {
    server = await startPostgres();
    desk = openDesk({ writer: await openPostgresWriter(server.url) });
    await desk.channel('wa');
    await desk.channel('sms', { type: 'sms', provider: 'twilio', settings: { messagingServiceSid: 'MG1' } });
    await desk.customer('wa', ANA.phone);
  }, 60_000);
  afterAll(async () => {
    await desk?.close();
    await server?.end();
  });

  test('order, doubt, overtaking, retry, expiry and the depths of the queue', async () => {
    const first = await desk.send('wa', ANA);
    const second = await desk.send('wa', ANA, { expiresAt: new Date(START + HOUR).toISOString() });
    const third = await desk.send('wa', ANA);
    await desk.call(first, { code: 'outcome_unknown', outcome: 'unknown' });
    desk.clock.now += 60_000;
    await desk.tick();
    expect((await desk.message(second)).queue_state).toBe('ready');
    await desk.call(second, { code: 'platform_throttled', retryable: true, retryAfterMs: 2 * HOUR });
    desk.clock.now += HOUR;
    await desk.tick();
    expect(await desk.message(second)).toMatchObject({ state: 'expired', queue_state: 'done' });
    expect(await desk.message(first)).toMatchObject({ state: 'failed', queue_state: 'done' });
    await desk.call(third);
    expect(await desk.rows('SELECT n FROM queue_depths')).toEqual([{ n: 0 }]);
  });

  test('a failed status starts a new attempt, then the fallback, then consent refuses; a late delivery calls the stand-in off', async () => {
    const id = await desk.send('wa', ANA, { fallback: [{ channel: 'sms', on: ['failed'] }] });
    for (const attempt of [1, 2, 3]) {
      await desk.call(id);
      await desk.status(id, 'failed', { attempt, failure: { retryAfterMs: 5000 } });
      desk.clock.now += 5000;
      await desk.tick();
    }
    await desk.tick();
    const [standIn] = await desk.rows<{ id: string }>('SELECT id FROM messages WHERE fallback_of = $1', [id]);
    await desk.status(id, 'delivered', { attempt: 3 });
    await desk.tick();
    expect(await desk.message(standIn?.id ?? '')).toMatchObject({ state: 'canceled' });
    const stop = await desk.send('sms', ANA);
    await desk.call(stop, { code: 'not_opted_in', platformCode: '21610', scope: 'recipient', optOut: 'sender' });
    await expect(desk.send('sms', ANA)).rejects.toMatchObject({ code: 'not_opted_in' });
    await desk.tenant('acme', { quietHours: { timeZone: 'UTC', from: '00:00', to: '23:59' } });
    const bulk = await desk.send('wa', ANA, { priority: 'bulk', category: 'utility', content: { type: 'template', name: 'x' } });
    expect((await desk.message(bulk)).queue_state).toBe('waiting');
  });
});
