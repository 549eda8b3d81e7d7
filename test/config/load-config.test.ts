import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parlance-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const KEY = Buffer.alloc(32, 7).toString('base64');
const TOKEN = 'operator-token-0123456789';
const base = () => ({ DATA_DIR: join(dir, 'data'), MASTER_KEY: KEY, OPERATOR_TOKEN: TOKEN });
const WA = { id: 'ch_wa', type: 'whatsapp', tenant: 'acme', phoneNumberId: '207700000000123', accessToken: 't', appSecret: 's', verifyToken: 'v' };
const file = (value: unknown) => {
  const path = join(dir, 'channels.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};
const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

test('nothing set: defaults, a master key and an operator token of mode 0600, and the sandbox', () => {
  const config = loadConfig({ DATA_DIR: join(dir, 'data') });
  expect(config).toMatchObject({
    port: 8080,
    operatorPort: 8081,
    operatorHost: '127.0.0.1',
    ackAfter: 'journal',
    journalRetentionDays: 8,
    sandbox: true,
    kafka: null,
    databaseUrl: null,
  });
  expect(config.masterKey).toHaveLength(32);
  for (const name of ['master-key', 'operator-token']) expect(statSync(join(dir, 'data', name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dir, 'data', 'operator-token'), 'utf8').trim()).toBe(config.operatorToken);
  expect(config.notices.join()).not.toContain(config.operatorToken);
  const again = loadConfig({ DATA_DIR: join(dir, 'data') });
  expect(again.operatorToken).toBe(config.operatorToken);
  expect(again.notices).toEqual([]);
});

test('all faults are told at once, each with its fix, and nothing is written', () => {
  const faults = faultsOf({
    DATA_DIR: join(dir, 'data'),
    PORT: '99999',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://x',
    OPERATOR_TOKEN: 'short',
    KAFKA_BROKERS: 'nonsense',
    ACK_AFTER: 'store',
  });
  for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'OPERATOR_TOKEN', 'KAFKA_BROKERS', 'ACK_AFTER']) expect(faults.filter((f) => f.startsWith(name))).toHaveLength(1);
  expect(faults.join()).not.toContain('short (it is');
  expect(existsSync(join(dir, 'data'))).toBe(false);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['DATABASE_URL without MASTER_KEY', { DATABASE_URL: 'postgres://x', OPERATOR_TOKEN: TOKEN }, /MASTER_KEY: must be given/],
  ['a master key of the wrong length', { MASTER_KEY: 'c2hvcnQ=', OPERATOR_TOKEN: TOKEN }, /not 32 bytes/],
  ['half a SASL login', { ...{ MASTER_KEY: KEY, OPERATOR_TOKEN: TOKEN }, KAFKA_BROKERS: 'b:1', KAFKA_SASL_USERNAME: 'u' }, /set all of/],
  ['a path that leads to no ffmpeg', { MASTER_KEY: KEY, OPERATOR_TOKEN: TOKEN, FFMPEG_PATH: '/nowhere/ffmpeg' }, /FFMPEG_PATH: \/nowhere\/ffmpeg is no program .*"none"/],
  ['one that leads to no heif-convert', { MASTER_KEY: KEY, OPERATOR_TOKEN: TOKEN, HEIF_CONVERT_PATH: '/nowhere/x' }, /HEIF_CONVERT_PATH: \/nowhere\/x is no program; .*"none"/],
  ['no channels file there', { MASTER_KEY: KEY, OPERATOR_TOKEN: TOKEN, CHANNELS_FILE: '/nowhere/c.json' }, /can not read/],
])('%s', (_what, env, expected) => expect(faultsOf({ DATA_DIR: join(dir, 'data'), ...env }).join('\n')).toMatch(expected));

test.each<[string, unknown, RegExp | null]>([
  ['a bare list', [WA], null],
  [
    'apps and channels',
    { apps: [{ id: 'main', appSecret: ['new', 'old'], verifyToken: 'v' }], channels: [{ ...WA, appSecret: undefined, verifyToken: undefined, app: 'main' }] },
    null,
  ],
  [
    'an SMS number',
    [
      {
        id: 'ch_sms',
        type: 'sms',
        tenant: 'acme',
        provider: 'twilio',
        accountSid: 'AC1',
        authToken: 'x',
        address: '+14155550101',
        messagingServiceSid: null,
        apiKey: null,
        apiSecret: null,
      },
    ],
    null,
  ],
  ['a number twice', [WA, { ...WA, id: 'ch_other' }], /stands twice/],
  ['an empty secret', [{ ...WA, appSecret: '' }], /must not be empty/],
  ['no secret', [{ ...WA, appSecret: undefined }], /has no appSecret/],
  ['an app that is not there', [{ ...WA, app: 'ghost' }], /does not list/],
  ['an unknown type', [{ ...WA, type: 'fax' }], /type must be one of/],
  ['a misspelt field', [{ ...WA, phoneNumberID: '1' }], /phoneNumberID/],
  ['a variable that is not set', [{ ...WA, accessToken: '${NOT_SET_ANYWHERE}' }], /set NOT_SET_ANYWHERE or write/],
  ['settings, and one that is not known', [{ ...WA, settings: { messagesPerSecond: '80', onUnknown: 'resend', later: [1] } }], null],
  ['a rate that is no number', [{ ...WA, settings: { messagesPerSecond: { valueOf: 1 } } }], /settings\.messagesPerSecond: must be a number above 0/],
  ['a policy that is none', [{ ...WA, settings: { onUnknown: 'retry' } }], /settings\.onUnknown: must be "resend" or "fail"/],
  ['an id that is no text', [{ ...WA, id: { toString: '' } }], /channels\[0\]\.id/],
  ['not JSON', '[{', /is not JSON/],
  ['a number instead', 7, /list of channels/],
])('channels file: %s', (_what, value, expected) => {
  const faults = faultsOf({ ...base(), CHANNELS_FILE: file(value) });
  if (expected) expect(faults.join('\n')).toMatch(expected);
  else expect(faults).toEqual([]);
});

test('secrets keep their order, values come from the environment, real channels turn the sandbox off', () => {
  const path = file({
    apps: [{ id: 'main', appSecret: ['new', 'old'], verifyToken: ['v1'] }],
    channels: [{ ...WA, appSecret: undefined, verifyToken: undefined, app: 'main', accessToken: '${WA_TOKEN}' }],
  });
  const config = loadConfig({ ...base(), CHANNELS_FILE: path, WA_TOKEN: 'from-env' });
  expect(config.channels[0]).toMatchObject({
    account: '207700000000123',
    secrets: ['new', 'old'],
    verifyTokens: ['v1'],
    credentials: { accessToken: 'from-env' },
    managed: 'file',
  });
  expect(config.sandbox).toBe(false);
  expect(loadConfig({ ...base(), CHANNELS_FILE: path, WA_TOKEN: 'x', SANDBOX: '1' }).sandbox).toBe(true);
});

test.each([
  ['https://gateway.example.org', 'https://gateway.example.org/'],
  ['https://gateway.example.org/hooks', 'https://gateway.example.org/hooks/'],
  ['https://gateway.example.org/hooks/', 'https://gateway.example.org/hooks/'],
])('PUBLIC_URL %s: addresses are written behind %s', (given, known) => {
  expect(loadConfig({ ...base(), PUBLIC_URL: given }).publicUrl.href).toBe(known);
});

test.each<[string, readonly string[], string | undefined, string | null]>([
  ['heif-convert', ['b/heif-convert', 'a/heif-dec'], undefined, 'b/heif-convert'],
  ['heif-dec, its newer name, where that is all there is', ['b/heif-dec'], undefined, 'b/heif-dec'],
  ['the first on the PATH', ['a/heif-convert', 'b/heif-convert'], undefined, 'a/heif-convert'],
  ['the one that is said', ['a/heif-convert', 'c/mine'], 'c/mine', 'c/mine'],
  ['none where there is none', [], undefined, null],
  ['none where that is said', ['a/heif-convert'], 'none', null],
])('what decodes HEIC is %s', (_what, programs, given, expected) => {
  for (const name of programs) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), '#!/bin/sh\n', { mode: 0o755 });
  }
  const said = given === undefined ? {} : { HEIF_CONVERT_PATH: given === 'none' ? given : join(dir, given) };
  const config = loadConfig({ ...base(), PATH: [join(dir, 'a'), join(dir, 'b')].join(delimiter), ...said });
  expect(config.conversion.heifConvert).toBe(expected === null ? null : join(dir, expected));
});
