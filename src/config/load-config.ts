import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { S3Settings } from '../media/settings.ts';
import { parseChannels } from './channels-file.ts';
import type { ChannelConfig, Config, KafkaConfig } from './config.ts';
import { Environment } from './environment.ts';
import { findFfmpeg } from './find-ffmpeg.ts';
import { findHeifConvert } from './find-heif-convert.ts';
import { keepSecret, newMasterKey, newOperatorToken, parseMasterKey } from './secrets-on-disk.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Thrown when the configuration cannot be used: every fault, each with its fix. */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  - ${f}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

function readEnvironment(env: Env, faults: string[]): Environment {
  const result = Environment.safeParse(env);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const name = String(issue.path[0]);
    faults.push(`${name}: ${issue.message}${/TOKEN|KEY|PASSWORD|URL/.test(name) ? '' : ` (it is "${env[name]}")`}.`);
  }
  // What is wrong falls back to its default, so that the other checks still run and all faults are told together.
  const rest = Object.fromEntries(Object.entries(env).filter(([key]) => !result.error.issues.some((i) => i.path[0] === key)));
  return Environment.parse(rest);
}

/** The channels of a file; what is wrong with it is pushed. */
export function readChannels(file: string | undefined, env: Env, faults: string[]): ChannelConfig[] {
  if (!file) return [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    faults.push(`CHANNELS_FILE: can not read ${file} (${(error as NodeJS.ErrnoException).code}); mend the path or its permissions.`);
    return [];
  }
  try {
    return parseChannels(JSON.parse(text), env, faults);
  } catch {
    faults.push(`CHANNELS_FILE: ${file} is not JSON; check commas and quotes.`);
    return [];
  }
}

function kafkaOf(e: Environment, faults: string[]): KafkaConfig | null {
  if (!e.KAFKA_BROKERS) return null;
  const given = [e.KAFKA_SASL_MECHANISM, e.KAFKA_SASL_USERNAME, e.KAFKA_SASL_PASSWORD].filter(Boolean).length;
  if (given !== 0 && given !== 3) faults.push('KAFKA_SASL_*: set all of KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or none.');
  let ca: string | undefined;
  try {
    ca = e.KAFKA_SSL_CA_FILE ? readFileSync(e.KAFKA_SSL_CA_FILE, 'utf8') : undefined;
  } catch {
    faults.push(`KAFKA_SSL_CA_FILE: can not read ${e.KAFKA_SSL_CA_FILE}; name a PEM file.`);
  }
  const ssl = e.KAFKA_SSL === '1' || e.KAFKA_SSL === 'true' || ca !== undefined;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = e;
  return {
    brokers: e.KAFKA_BROKERS.split(','),
    ssl: ca ? { ca } : ssl,
    sasl: mechanism && username && password ? { mechanism, username, password } : null,
    topicPrefix: e.KAFKA_TOPIC_PREFIX,
  };
}

function s3Of(e: Environment, faults: string[]): S3Settings | null {
  const { MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } = e;
  if (!e.MEDIA_S3_BUCKET) {
    if (e.MEDIA_S3_ENDPOINT || accessKeyId || secretAccessKey)
      faults.push('MEDIA_S3_BUCKET: is not set, though other MEDIA_S3_* are; name the bucket, or take the others away to keep media in DATA_DIR.');
    return null;
  }
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey)) faults.push('MEDIA_S3_ACCESS_KEY_ID and MEDIA_S3_SECRET_ACCESS_KEY: set both, or none to take the keys of the machine.');
  return {
    bucket: e.MEDIA_S3_BUCKET,
    endpoint: e.MEDIA_S3_ENDPOINT ?? null,
    region: e.MEDIA_S3_REGION,
    keys: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : null,
    prefix: e.MEDIA_S3_PREFIX,
    pathStyle: e.MEDIA_S3_PATH_STYLE === undefined ? e.MEDIA_S3_ENDPOINT !== undefined : e.MEDIA_S3_PATH_STYLE === '1' || e.MEDIA_S3_PATH_STYLE === 'true',
  };
}

function masterKeyOf(e: Environment, dataDir: string, out: { faults: string[]; notices: string[] }): Buffer {
  const fix = 'give 32 random bytes in base64, e.g. from: openssl rand -base64 32';
  if (!e.MASTER_KEY && e.DATABASE_URL) out.faults.push(`MASTER_KEY: must be given with DATABASE_URL, since all instances share it; ${fix}.`);
  if (!e.MASTER_KEY && (e.DATABASE_URL || out.faults.length)) return Buffer.alloc(32);
  const kept = e.MASTER_KEY ? { value: e.MASTER_KEY, made: false, path: 'MASTER_KEY' } : keepSecret(dataDir, 'master-key', newMasterKey);
  if (kept.made) out.notices.push(`MASTER_KEY was not set: a new one is kept in ${kept.path}. Back it up: without it the stored credentials can not be opened.`);
  const key = parseMasterKey(kept.value);
  if (!key) out.faults.push(`${kept.path}: is not 32 bytes; ${fix}.`);
  return key ?? Buffer.alloc(32);
}

function operatorTokenOf(e: Environment, dataDir: string, out: { faults: string[]; notices: string[] }): string {
  if (e.OPERATOR_TOKEN || out.faults.length) return e.OPERATOR_TOKEN ?? '';
  const kept = keepSecret(dataDir, 'operator-token', newOperatorToken);
  if (kept.made) out.notices.push(`OPERATOR_TOKEN was not set: one was made and written to ${kept.path}.`);
  return kept.value;
}

/** Reads the environment and CHANNELS_FILE once. Throws ConfigError with every fault. The only reader of the environment. */
export function loadConfig(env: Env): Config {
  const faults: string[] = [];
  const notices: string[] = [];
  const e = readEnvironment(env, faults);
  const dataDir = resolve(e.DATA_DIR);
  const channels = readChannels(e.CHANNELS_FILE, env, faults);
  const kafka = kafkaOf(e, faults);
  const tools = findFfmpeg(e.FFMPEG_PATH, env.PATH, faults);
  const heifConvert = findHeifConvert(e.HEIF_CONVERT_PATH, env.PATH, faults);
  const s3 = s3Of(e, faults);
  if (e.ACK_AFTER === 'store' && !e.DATABASE_URL)
    faults.push('ACK_AFTER: "store" needs DATABASE_URL; the embedded store lives on the same disk as the journal, so leave it at "journal".');
  const out = { faults, notices };
  let masterKey = Buffer.alloc(32);
  let operatorToken = '';
  try {
    masterKey = Buffer.from(masterKeyOf(e, dataDir, out));
    operatorToken = operatorTokenOf(e, dataDir, out);
  } catch (error) {
    faults.push(`DATA_DIR: can not write to ${dataDir} (${(error as NodeJS.ErrnoException).code ?? 'error'}); mend its permissions or name another folder.`);
  }
  if (faults.length) throw new ConfigError(faults);
  const sandbox = e.SANDBOX === undefined ? channels.length === 0 : e.SANDBOX === '1' || e.SANDBOX === 'true';
  return Object.freeze({
    host: e.HOST,
    port: e.PORT,
    operatorHost: e.OPERATOR_HOST,
    operatorPort: e.OPERATOR_PORT,
    publicUrl: new URL(`${(e.PUBLIC_URL ?? `http://127.0.0.1:${e.PORT}`).replace(/\/+$/, '')}/`), // paths are written behind it
    dataDir,
    databaseUrl: e.DATABASE_URL ?? null,
    kafka,
    masterKey,
    operatorToken,
    ackAfter: e.ACK_AFTER,
    journalRetentionDays: e.JOURNAL_RETENTION_DAYS,
    journalMaxBytes: e.JOURNAL_MAX_BYTES,
    eventRetentionDays: e.EVENT_RETENTION_DAYS,
    messageRetentionDays: e.MESSAGE_RETENTION_DAYS,
    exchangeRetentionDays: e.EXCHANGE_RETENTION_DAYS,
    idempotencyDays: e.IDEMPOTENCY_DAYS,
    mediaLinkDays: e.MEDIA_LINK_DAYS,
    media: { folder: join(dataDir, 'media'), s3, scanCommand: e.MEDIA_SCAN_COMMAND ?? null, parallel: e.MEDIA_PARALLEL, retentionDays: e.MEDIA_RETENTION_DAYS },
    outbound: {
      maxAttempts: e.RETRY_MAX_ATTEMPTS,
      firstMs: e.RETRY_FIRST_SECONDS * 1000,
      maxMs: e.RETRY_MAX_SECONDS * 1000,
      failedStatuses: e.RETRY_FAILED_STATUSES,
      throttledMaxMs: e.THROTTLED_MAX_HOURS * 3_600_000,
      doubtHoldMs: e.DOUBT_HOLD_SECONDS * 1000,
      doubtWaitMs: e.DOUBT_WAIT_SECONDS * 1000,
      probeFirstMs: e.CHANNEL_PROBE_SECONDS * 1000,
      queueMaxPerTenant: e.QUEUE_MAX_PER_TENANT,
    },
    conversion: { tools, heifConvert, without: e.MEDIA_WITHOUT_FFMPEG, parallel: e.MEDIA_CONVERSIONS },
    logLevel: e.LOG_LEVEL,
    channelsFile: e.CHANNELS_FILE ?? null,
    channels,
    graphApiUrl: e.GRAPH_API_URL.replace(/\/$/, ''),
    twilioApiUrl: e.TWILIO_API_URL.replace(/\/$/, ''),
    sandbox,
    notices,
  });
}
