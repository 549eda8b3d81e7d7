import { createAdapters } from '../../../adapters/index.ts';
import { conversationFor } from '../../../src/inbound/conversations.ts';
import { parseSendCommand } from '../../../src/outbound/admit.ts';
import { preparationOperations } from '../../../src/outbound/media/operations.ts';
import { outboundOperations } from '../../../src/outbound/operations.ts';
import type { Tx } from '../../../src/store/port.ts';
import { openPostgresWriter } from '../../../src/store/postgres-writer.ts';
import type { Writer } from '../../../src/store/writer.ts';
import { SETTINGS, START } from '../../support/outbound-desk.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../../support/postgres.ts';

postgresSuite('the files of messages on PostgreSQL, as on SQLite', () => {
  let server: TestPostgres;
  let writer: Writer;
  const env = {
    adapters: createAdapters(),
    publicUrl: 'http://x/',
    outbound: SETTINGS,
    media: { ffmpeg: true, heif: true, without: 'link' as const },
    mediaLinkDays: 7,
    mediaUrl: (id: string) => `http://x/media/${id}`,
  };
  const out = outboundOperations(env);
  const prep = preparationOperations(env);
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => writer.transaction((tx) => tx.savepoint(() => work(tx)));
  beforeAll(async () => {
    server = await startPostgres();
    writer = await openPostgresWriter(server.url);
    await run(async (tx) => {
      await tx.run("INSERT INTO tenants (id, name, created_at) VALUES ('acme', NULL, 1)");
      await tx.run(
        `INSERT INTO channels (id, type, provider, tenant, name, address, account, business_account, managed, state, state_reason, key_ids, sealed, settings, created_at, updated_at)
         VALUES ('wa','whatsapp','meta','acme',NULL,NULL,'207',NULL,'api','active',NULL,'[]','','{}',1,1)`,
      );
      const { conversation } = await conversationFor(tx, { id: 'wa', tenant: 'acme' }, { addresses: [{ type: 'phone', value: '+447700900101' }], name: undefined, nowMs: START });
      await tx.run('UPDATE conversations SET window_expires_at = $2 WHERE id = $1', [conversation.id, START + 86_400_000]);
    });
  }, 60_000);
  afterAll(async () => {
    await writer?.close();
    await server?.end();
  });

  test('from the file to the final call: convert, upload, an upload that the platform forgot, and a failure', async () => {
    const file = { key: 'a'.repeat(64), sha256: 'a'.repeat(64), bytes: 1000, mimeType: 'image/webp' };
    const media = await run((tx) => prep.keepFetched(tx, { tenant: 'acme', url: 'https://a.example/x', kind: 'any', file, filename: 'x.webp', declaredType: null, nowMs: START }));
    const command = parseSendCommand({ channel: 'wa', to: { phone: '+447700900101' }, content: { type: 'image', media: { id: media } } });
    const { id: message, preparing } = await run((tx) => out.admit(tx, { source: 'api', key: null, tenant: 'acme', command, nowMs: START }));
    expect(preparing).toBe(true);
    const state = () => run((tx) => tx.all<{ queue_state: string }>('SELECT queue_state FROM messages WHERE id = $1', [message]));
    const next = () => run((tx) => prep.prepareMedia(tx, { message, nowMs: START }));
    expect(await state()).toEqual([{ queue_state: 'waiting' }]);
    expect(await next()).toMatchObject({ state: 'tasks', tasks: [{ step: 'convert', source: { media, key: file.key, bytes: 1000 } }] });
    const variant = `image-${5 * 1024 * 1024}`;
    await run((tx) => prep.keepMade(tx, { parent: media, variant, made: { file: { ...file, key: 'b'.repeat(64), mimeType: 'image/jpeg' } }, nowMs: START }));
    expect(await next()).toMatchObject({ state: 'tasks', tasks: [{ step: 'upload', account: 'whatsapp 207', source: { key: 'b'.repeat(64), filename: 'x.jpg' } }] });
    const upload = (platformId: string) =>
      run((tx) => prep.keepUpload(tx, { media, variant, account: 'whatsapp 207', platformId, expiresAt: START + 30 * 86_400_000, nowMs: START }));
    await upload('1501');
    expect(await next()).toEqual({ state: 'ready', channel: 'wa' });
    expect(await state()).toEqual([{ queue_state: 'ready' }]);
    const claim = () => run((tx) => out.claim(tx, { id: message, epoch: 1, nowMs: START }));
    const claimed = await claim();
    expect(JSON.parse(claimed?.call.body ?? '{}')).toMatchObject({ image: { id: '1501' } });
    const failure = { code: 'request_rejected' as const, outcome: 'not_sent' as const, retryable: false, scope: 'message' as const, staleMedia: true as const };
    const exchange = { at: START, ms: 1, request: '{}', status: 400, response: null };
    await run((tx) => out.recordOutcome(tx, { message, attempt: 1, part: 1, outcome: { kind: 'failed', failure }, exchange, random: 0.5, nowMs: START }));
    expect(await next()).toMatchObject({ state: 'tasks', tasks: [{ step: 'upload' }] });
    await upload('1502');
    expect(await next()).toMatchObject({ state: 'ready' });
    expect(JSON.parse((await claim())?.call.body ?? '{}')).toMatchObject({ image: { id: '1502' } });
    await run((tx) => out.recordOutcome(tx, { message, attempt: 1, part: 1, outcome: { kind: 'failed', failure }, exchange, random: 0.5, nowMs: START }));
    expect(await state()).toEqual([{ queue_state: 'done' }]);

    const other = await run((tx) =>
      prep.keepFetched(tx, { tenant: 'acme', url: 'https://a.example/y', kind: 'any', file: { ...file, key: 'c'.repeat(64) }, filename: null, declaredType: null, nowMs: START }),
    );
    const second = parseSendCommand({ channel: 'wa', to: { phone: '+447700900101' }, content: { type: 'image', media: { id: other } } });
    const { id } = await run((tx) => out.admit(tx, { source: 'api', key: null, tenant: 'acme', command: second, nowMs: START }));
    for (let n = 0; n < 4; n++)
      await run((tx) =>
        prep.preparationFailed(tx, { message: id, failure: { ...failure, code: 'platform_unavailable', retryable: true }, fetching: false, random: 0.5, nowMs: START }),
      );
    expect(await run((tx) => tx.all('SELECT state, error_code FROM messages WHERE id = $1', [id]))).toEqual([{ state: 'failed', error_code: 'attempts_exhausted' }]);
  });
});
