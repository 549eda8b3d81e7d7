import pino, { type Logger } from 'pino';

/** Fields whose values never stand in a log, whatever logs them. */
const SECRET = [
  'authorization',
  'token',
  'accessToken',
  'appSecret',
  'authToken',
  'verifyToken',
  'masterKey',
  'operatorToken',
  'key',
  'password',
  'secret',
  'body',
  'text',
  'phone',
  'name',
  'identities',
];
const mask = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/\+?\d{8,}/g, (digits) => `${digits.slice(0, 3)}…${digits.slice(-2)}`) : value);

/** JSON lines on standard output. Texts, names, numbers and tokens are left out by field, long digits masked in what remains. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...SECRET, ...SECRET.map((s) => `*.${s}`)], censor: '(redacted)' },
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, key === 'error' || key === 'detail' ? mask(value) : value])),
    },
  });
}
export type { Logger };
