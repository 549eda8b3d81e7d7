import { z } from 'zod';
import type { Provider } from '../../../adapters/contract.ts';
import type { ChannelType } from '../../../schemas/index.ts';
import { ChannelSettings } from '../../config/channel-settings.ts';
import { parseChannels } from '../../config/channels-file.ts';
import { GatewayError } from '../../gateway-error.ts';
import { newId } from '../../id.ts';
import { acting } from '../acting.ts';
import { channelInput, loadChannels, rotated } from '../channel-registry.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const Change = z.strictObject({
  name: z.string().min(1).max(200).nullable().optional(),
  address: z.string().min(1).max(200).nullable().optional(),
  settings: ChannelSettings.optional(),
});
const secrets = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(8)]).optional();
const Rotation = z
  .strictObject({
    accessToken: z.string().min(1).optional(),
    appSecret: secrets,
    verifyToken: secrets,
    authToken: secrets,
    apiKey: z.string().min(1).optional(),
    apiSecret: z.string().min(1).optional(),
  })
  .refine((r) => Object.values(r).some((v) => v !== undefined), 'name at least one of accessToken, appSecret, verifyToken, authToken, apiKey, apiSecret');

async function channelList(deps: ApiDeps, asked: Asked, id?: string) {
  let query = deps.store.read
    .selectFrom('channels')
    .select(['id', 'type', 'provider', 'tenant', 'name', 'address', 'account', 'managed', 'state', 'state_reason', 'created_at', 'updated_at'])
    .where('state', '<>', 'deleted')
    .orderBy('id');
  if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
  if (id !== undefined) query = query.where('id', '=', id);
  const rows = await query.execute();
  return rows.map((c) => ({
    id: c.id,
    type: c.type,
    provider: c.provider,
    tenant: c.tenant,
    name: c.name,
    address: c.address,
    account: c.account,
    managed: c.managed,
    state: c.state,
    stateReason: c.state_reason,
    createdAt: iso(c.created_at),
    updatedAt: iso(c.updated_at),
  }));
}
async function oneChannel(deps: ApiDeps, asked: Asked) {
  const [channel] = await channelList(deps, asked, asked.params.id ?? '');
  if (!channel) throw new GatewayError('not_found', 'There is no such channel.');
  return channel;
}
const change = (what: 'pause' | 'resume' | 'delete') => async (asked: Asked, deps: ApiDeps) => {
  const body = await deps.store.write('changeChannel', { id: asked.params.id ?? '', change: what, ...acting(asked) });
  await deps.channelsChanged();
  deps.wakeDispatcher();
  return { body };
};

export const channelRoutes: readonly Route[] = [
  { method: 'get', path: '/v1/channels', scope: 'read', summary: 'Connected channels', handle: async (asked, deps) => ({ body: { channels: await channelList(deps, asked) } }) },
  {
    method: 'get',
    path: '/v1/channels/:id',
    scope: 'read',
    summary: 'One channel; secrets are never shown',
    handle: async (asked, deps) => ({ body: await oneChannel(deps, asked) }),
  },
  {
    method: 'post',
    path: '/v1/channels',
    scope: 'admin',
    summary: 'Connect a number or page (the form of CHANNELS_FILE, without baseUrl)',
    async handle(asked, deps) {
      const given = { id: newId('ch_'), ...(asked.caller.tenant === null ? {} : { tenant: asked.caller.tenant }), ...(asked.body as object) };
      if ('baseUrl' in given) throw new GatewayError('invalid_request', 'baseUrl: base URLs can not be set by API; use CHANNELS_FILE', { pointer: '/baseUrl' });
      const faults: string[] = [];
      const [channel] = parseChannels([given], {}, faults);
      if (!channel || faults.length) throw new GatewayError('invalid_request', faults.map((f) => f.replace(/^CHANNELS_FILE: (channels\[0\]( \([^)]*\))?\.?)?/, '')).join(' '));
      if (asked.caller.tenant !== null && channel.tenant !== asked.caller.tenant) throw new GatewayError('forbidden', 'This key is of another tenant.');
      const body = await deps.store.write('createChannel', { channel: channelInput(deps.config.masterKey, { ...channel, managed: 'api' }), ...acting(asked) });
      await deps.channelsChanged();
      return { status: 201, body };
    },
  },
  {
    method: 'get',
    path: '/v1/channels/:id/capabilities',
    scope: 'read',
    summary: 'What the channel takes, and how much of it; what it lacks is degraded',
    async handle(asked, deps) {
      const { type, provider } = await oneChannel(deps, asked);
      return { body: deps.capabilitiesOf(type as ChannelType, provider as Provider) };
    },
  },
  { method: 'post', path: '/v1/channels/:id/pause', scope: 'admin', summary: 'Send nothing on this channel for now', handle: change('pause') },
  { method: 'post', path: '/v1/channels/:id/resume', scope: 'admin', summary: 'Send again', handle: change('resume') },
  { method: 'delete', path: '/v1/channels/:id', scope: 'admin', summary: 'Disconnect', handle: change('delete') },
  {
    method: 'patch',
    path: '/v1/channels/:id',
    scope: 'admin',
    summary: 'Change name, address or settings; what CHANNELS_FILE sets is changed there',
    async handle(asked, deps) {
      const { id } = await oneChannel(deps, asked);
      const change = parseBody(Change, asked.body);
      if (change.settings && 'baseUrl' in change.settings)
        throw new GatewayError('invalid_request', 'settings.baseUrl: base URLs can not be set by API; use CHANNELS_FILE', { pointer: '/settings/baseUrl' });
      await deps.store.write('updateChannel', { id, update: change, file: deps.config.channelsFile, ...acting(asked) });
      await deps.channelsChanged();
      return { body: await oneChannel(deps, asked) };
    },
  },
  {
    method: 'post',
    path: '/v1/channels/:id/rotate',
    scope: 'admin',
    summary: 'New token or secrets. A single new secret goes before the old ones, which still verify; a list replaces them',
    async handle(asked, deps) {
      const { id } = await oneChannel(deps, asked);
      const rotation = parseBody(Rotation, asked.body);
      const [channel] = await loadChannels(deps.store, deps.config.masterKey, id);
      if (!channel) throw new GatewayError('not_found', 'There is no such channel.');
      await deps.store.write('rotateChannel', { id, ...rotated(deps.config.masterKey, channel, rotation), names: Object.keys(rotation), ...acting(asked) });
      await deps.channelsChanged();
      deps.wakeDispatcher();
      return { body: await oneChannel(deps, asked) };
    },
  },
  {
    method: 'post',
    path: '/v1/channels/:id/check',
    scope: 'read',
    summary: 'Ask the platform whether it knows our credentials and will call us, and say what to do',
    async handle(asked, deps) {
      const { id } = await oneChannel(deps, asked);
      const [channel] = await loadChannels(deps.store, deps.config.masterKey, id);
      const findings = channel ? await deps.checkChannel(channel) : [];
      return { body: { channel: id, ok: findings.every((f) => f.ok), findings } };
    },
  },
];
