import { z } from 'zod';
import { ChannelType } from '../../schemas/index.ts';
import { ChannelSettings } from './channel-settings.ts';
import type { ChannelConfig } from './config.ts';

const secrets = z.union([z.string().min(1, 'must not be empty'), z.array(z.string().min(1, 'must not be empty')).min(1)]).transform((v) => (typeof v === 'string' ? [v] : v));
const nullable = z.string().min(1).nullish();

const App = z.strictObject({ id: z.string().min(1), appId: nullable, appSecret: secrets, verifyToken: secrets });
const Common = {
  id: z.string().regex(/^ch_[A-Za-z0-9_]{1,60}$/, 'must begin with ch_ and go on with letters, digits or underscore'),
  tenant: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphen or underscore'),
  name: nullable,
  baseUrl: z.url({ protocol: /^https?$/ }).nullish(),
  settings: ChannelSettings.optional(),
};
const meta = { ...Common, accessToken: z.string().min(1, 'must not be empty'), app: nullable, appSecret: secrets.optional(), verifyToken: secrets.optional() };
const twilio = {
  ...Common,
  provider: z.literal('twilio'),
  accountSid: z.string().regex(/^AC/, 'must begin with AC'),
  authToken: secrets,
  address: z.string().min(1),
  messagingServiceSid: nullable,
  apiKey: nullable,
  apiSecret: nullable,
};

/** One channel of the file, by type and provider (DESIGN 5b). */
const Channel = z.union([
  z.strictObject({
    ...meta,
    type: z.literal('whatsapp'),
    provider: z.literal('meta').optional(),
    phoneNumberId: z.string().regex(/^\d+$/, 'must be digits'),
    businessAccountId: z.string().regex(/^\d+$/, 'must be digits').nullish(),
    address: nullable,
  }),
  z.strictObject({ ...meta, type: z.literal('messenger'), provider: z.literal('meta').optional(), pageId: z.string().regex(/^\d+$/, 'must be digits'), address: nullable }),
  z.strictObject({
    ...meta,
    type: z.literal('instagram'),
    provider: z.literal('meta').optional(),
    instagramId: z.string().regex(/^\d+$/, 'must be digits'),
    pageId: nullable,
    address: nullable,
  }),
  z.strictObject({ ...twilio, type: z.enum(['sms', 'whatsapp', 'rcs']) }),
]);
type FileChannel = z.infer<typeof Channel>;
type FileApp = z.infer<typeof App>;

export type Faults = string[];

/** `${NAME}` in any string of the file is taken from the environment; a name that is not set is a fault. */
export function substitute(value: unknown, env: Readonly<Record<string, string | undefined>>, faults: Faults): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
      const found = env[name];
      if (found) return found;
      faults.push(`CHANNELS_FILE: ${whole} is not set in the environment; set ${name} or write the value into the file.`);
      return whole;
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, env, faults));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, env, faults)]));
  return value;
}

function accountOf(channel: FileChannel): string {
  if ('phoneNumberId' in channel) return channel.phoneNumberId;
  if ('instagramId' in channel) return channel.instagramId;
  if ('accountSid' in channel) return `${channel.accountSid} ${channel.address}`;
  return channel.pageId;
}

function toConfig(channel: FileChannel, apps: ReadonlyMap<string, FileApp>, faults: Faults): ChannelConfig {
  const shared = {
    id: channel.id,
    type: channel.type,
    tenant: channel.tenant,
    name: channel.name ?? null,
    address: channel.address ?? null,
    account: accountOf(channel),
    managed: 'file' as const,
  };
  const settings = { ...channel.settings, ...(channel.baseUrl ? { baseUrl: channel.baseUrl } : {}) };
  if ('accountSid' in channel) {
    const optional = Object.fromEntries(Object.entries({ apiKey: channel.apiKey, apiSecret: channel.apiSecret }).filter(([, v]) => v)) as Record<string, string>;
    return {
      ...shared,
      provider: 'twilio',
      businessAccount: null,
      secrets: channel.authToken,
      verifyTokens: [],
      credentials: { accountSid: channel.accountSid, authToken: channel.authToken[0] ?? '', ...optional },
      settings: { ...(channel.messagingServiceSid ? { messagingServiceSid: channel.messagingServiceSid } : {}), ...settings },
    };
  }
  const app = channel.app ? apps.get(channel.app) : undefined;
  if (channel.app && !app) faults.push(`CHANNELS_FILE: channel ${channel.id} names app "${channel.app}", which "apps" does not list; add it or mend the name.`);
  const appSecret = channel.appSecret ?? app?.appSecret ?? [];
  const verifyToken = channel.verifyToken ?? app?.verifyToken ?? [];
  if (!channel.app && !appSecret.length) faults.push(`CHANNELS_FILE: channel ${channel.id} has no appSecret; take it from the app's dashboard (Settings > Basic), or name an app.`);
  if (!channel.app && !verifyToken.length) faults.push(`CHANNELS_FILE: channel ${channel.id} has no verifyToken; choose any string and give the platform the same.`);
  const pageId = 'pageId' in channel && channel.pageId ? { pageId: channel.pageId } : {};
  return {
    ...shared,
    provider: 'meta',
    businessAccount: ('businessAccountId' in channel ? channel.businessAccountId : null) ?? null,
    secrets: appSecret,
    verifyTokens: verifyToken,
    credentials: { accessToken: channel.accessToken },
    settings: { ...pageId, ...settings },
  };
}

function repeated(channels: readonly ChannelConfig[], keyOf: (c: ChannelConfig) => string, what: string): string[] {
  const seen = new Set<string>();
  return channels.flatMap((c) => {
    const key = keyOf(c);
    if (seen.has(key)) return [`CHANNELS_FILE: ${what} ${key} stands twice; one ${what} belongs to one channel.`];
    seen.add(key);
    return [];
  });
}

/** Parses the file's JSON value. Every fault is pushed; what is in order is returned. */
export function parseChannels(value: unknown, env: Readonly<Record<string, string | undefined>>, faults: Faults): ChannelConfig[] {
  const filled = substitute(value, env, faults);
  const whole = Array.isArray(filled) ? { apps: [], channels: filled } : filled;
  const shape = z.strictObject({ apps: z.array(App).default([]), channels: z.array(z.unknown()) }).safeParse(whole);
  if (!shape.success) {
    faults.push(
      ...shape.error.issues.map((i) => `CHANNELS_FILE: ${i.path.join('.') || 'the file'}: ${i.message}; it is a list of channels or { "apps": [...], "channels": [...] }.`),
    );
    return [];
  }
  const apps = new Map(shape.data.apps.map((app) => [app.id, app]));
  const channels = shape.data.channels.flatMap((item, index) => {
    const name = `channels[${index}]${typeof item === 'object' && item && 'id' in item && typeof item.id === 'string' ? ` (${item.id})` : ''}`;
    const type = ChannelType.safeParse((item as { type?: unknown } | null)?.type);
    if (!type.success) {
      faults.push(`CHANNELS_FILE: ${name}: type must be one of ${ChannelType.options.join(', ')}.`);
      return [];
    }
    const parsed = Channel.safeParse(item);
    if (parsed.success) return [toConfig(parsed.data, apps, faults)];
    faults.push(...faultsOf(item as { type: string; provider?: string }, name));
    return [];
  });
  faults.push(...repeated(channels, (c) => c.id, 'id'), ...repeated(channels, (c) => `${c.type} ${c.account}`, 'account'));
  return channels;
}

/** The faults under the form that the channel means to have, not those of every other form. */
function faultsOf(item: { type: string; provider?: string }, name: string): string[] {
  const twilioMeant = item.provider === 'twilio' || item.type === 'sms' || item.type === 'rcs';
  const form = Channel.options.find((o) => (twilioMeant ? 'accountSid' in o.shape : !('accountSid' in o.shape) && o.shape.type.safeParse(item.type).success));
  const result = form?.safeParse(item);
  return result && !result.success
    ? result.error.issues.map((i) => `CHANNELS_FILE: ${name}.${i.path.join('.')}: ${i.message}.`)
    : [`CHANNELS_FILE: ${name}: not a channel that Parlance knows.`];
}
