import { z } from 'zod';

const blankIsAbsent = (value: unknown) => (value === '' ? undefined : value);
const text = z.preprocess(blankIsAbsent, z.string().optional());
const port = (fallback: number) =>
  z.preprocess(blankIsAbsent, z.coerce.number('must be a number').int().min(0, 'must be 0 to 65535').max(65535, 'must be 0 to 65535').default(fallback));
const days = (fallback: number) =>
  z.preprocess(blankIsAbsent, z.coerce.number('must be a number of days').int('must be whole days').min(1, 'must be at least 1 day').max(36500).default(fallback));
const count = (fallback: number, least: number, most: number) =>
  z.preprocess(
    blankIsAbsent,
    z.coerce.number('must be a number').int('must be a whole number').min(least, `must be at least ${least}`).max(most, `must be at most ${most}`).default(fallback),
  );
const url = z.preprocess(blankIsAbsent, z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional());
const flag = z.preprocess(blankIsAbsent, z.enum(['1', '0', 'true', 'false'], 'must be 1 or 0').optional());

/** Every variable that the gateway reads: name, form, default. `.env.example` lists the same ones; a test compares. */
export const Environment = z.object({
  HOST: z.preprocess(blankIsAbsent, z.string().default('0.0.0.0')),
  PORT: port(8080),
  OPERATOR_HOST: z.preprocess(blankIsAbsent, z.string().default('127.0.0.1')),
  OPERATOR_PORT: port(8081),
  PUBLIC_URL: url,
  DATA_DIR: z.preprocess(blankIsAbsent, z.string().default('./data')),
  DATABASE_URL: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      .optional(),
  ),
  KAFKA_BROKERS: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'must be host:port, several with commas between')
      .optional(),
  ),
  KAFKA_SSL: flag,
  KAFKA_SSL_CA_FILE: text,
  KAFKA_SASL_MECHANISM: z.preprocess(blankIsAbsent, z.enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'must be plain, scram-sha-256 or scram-sha-512').optional()),
  KAFKA_SASL_USERNAME: text,
  KAFKA_SASL_PASSWORD: text,
  KAFKA_TOPIC_PREFIX: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[A-Za-z0-9._-]*$/, 'may hold letters, digits, dot, hyphen and underscore')
      .default('parlance.'),
  ),
  MASTER_KEY: text,
  OPERATOR_TOKEN: z.preprocess(blankIsAbsent, z.string().min(16, 'must have at least 16 characters').optional()),
  ACK_AFTER: z.preprocess(blankIsAbsent, z.enum(['journal', 'store'], 'must be journal or store').default('journal')),
  JOURNAL_RETENTION_DAYS: days(8),
  JOURNAL_MAX_BYTES: z.preprocess(
    blankIsAbsent,
    z.coerce
      .number('must be a number of bytes')
      .int()
      .min(16 * 1024 * 1024, 'must be at least 16777216 (16 MiB)')
      .default(20 * 1024 ** 3),
  ),
  EVENT_RETENTION_DAYS: days(30),
  MESSAGE_RETENTION_DAYS: days(90),
  EXCHANGE_RETENTION_DAYS: days(14),
  IDEMPOTENCY_DAYS: days(7),
  MEDIA_LINK_DAYS: days(7),
  MEDIA_RETENTION_DAYS: days(90),
  MEDIA_PARALLEL: count(8, 1, 64),
  MEDIA_SCAN_COMMAND: text,
  MEDIA_S3_BUCKET: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket: 3 to 63 of a-z, 0-9, dot and hyphen')
      .optional(),
  ),
  MEDIA_S3_ENDPOINT: url,
  MEDIA_S3_REGION: z.preprocess(blankIsAbsent, z.string().default('us-east-1')),
  MEDIA_S3_ACCESS_KEY_ID: text,
  MEDIA_S3_SECRET_ACCESS_KEY: text,
  MEDIA_S3_PREFIX: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[\w./-]*$/, 'may hold letters, digits, dot, hyphen, underscore and slash')
      .default('media/'),
  ),
  MEDIA_S3_PATH_STYLE: flag,
  RETRY_MAX_ATTEMPTS: count(20, 1, 1000),
  RETRY_FIRST_SECONDS: count(1, 1, 3600),
  RETRY_MAX_SECONDS: count(300, 1, 86_400),
  RETRY_FAILED_STATUSES: count(1, 0, 10),
  THROTTLED_MAX_HOURS: count(24, 1, 720),
  DOUBT_HOLD_SECONDS: count(60, 0, 3600),
  DOUBT_WAIT_SECONDS: count(600, 1, 86_400),
  CHANNEL_PROBE_SECONDS: count(60, 1, 3600),
  QUEUE_MAX_PER_TENANT: count(500_000, 1, 100_000_000),
  FFMPEG_PATH: text,
  HEIF_CONVERT_PATH: text,
  MEDIA_WITHOUT_FFMPEG: z.preprocess(blankIsAbsent, z.enum(['link', 'refuse'], 'must be link or refuse').default('link')),
  MEDIA_CONVERSIONS: count(2, 2, 64),
  LOG_LEVEL: z.preprocess(
    blankIsAbsent,
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be fatal, error, warn, info, debug, trace or silent').default('info'),
  ),
  CHANNELS_FILE: text,
  GRAPH_API_URL: z.preprocess(blankIsAbsent, z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).default('https://graph.facebook.com')),
  TWILIO_API_URL: z.preprocess(blankIsAbsent, z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).default('https://api.twilio.com')),
  SANDBOX: flag,
});
export type Environment = z.infer<typeof Environment>;
