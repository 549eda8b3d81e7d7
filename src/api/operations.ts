import { GatewayError } from '../gateway-error.ts';
import { tellChannel } from '../outbound/pause-channel.ts';
import type { Tx } from '../store/port.ts';
import { type Acting, audit } from './audit.ts';

export interface ChannelInput {
  readonly id: string;
  readonly type: string;
  readonly provider: string;
  readonly tenant: string;
  readonly name: string | null;
  readonly address: string | null;
  readonly account: string;
  readonly businessAccount: string | null;
  readonly managed: 'file' | 'api';
  readonly keyIds: readonly string[];
  readonly sealed: string;
  readonly settings: string /** Tells whether credentials changed without opening them. */;
  readonly fingerprint: string;
}
async function putChannel(tx: Tx, c: ChannelInput, nowMs: number): Promise<void> {
  await tx.run('INSERT INTO tenants (id, name, created_at) VALUES ($1,NULL,$2) ON CONFLICT (id) DO NOTHING', [c.tenant, nowMs]);
  const settings = JSON.stringify({ ...(JSON.parse(c.settings) as object), _fingerprint: c.fingerprint });
  const [known] = await tx.all<{ settings: string; account: string; tenant: string }>('SELECT settings, account, tenant FROM channels WHERE id = $1', [c.id]);
  if (known && known.tenant !== c.tenant) throw new GatewayError('conflict', `Channel ${c.id} belongs to another tenant.`, { pointer: '/id' });
  const same = known?.settings === settings;
  // Credentials that changed in the file bring a paused channel back; an unchanged file never reverts a token that was rotated elsewhere.
  if (same)
    await tx.run(
      "UPDATE channels SET name = $2, address = $3, state = CASE WHEN state = 'deleted' THEN 'active' ELSE state END, updated_at = CASE WHEN state = 'deleted' OR coalesce(name,'') <> coalesce($2,'') THEN $4 ELSE updated_at END WHERE id = $1",
      [c.id, c.name, c.address, nowMs],
    );
  else {
    await tx.run(
      `INSERT INTO channels (id, type, provider, tenant, name, address, account, business_account, managed, state, state_reason, key_ids, sealed, settings, created_at, updated_at)
      VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,'active',NULL,$10,$11,$12,$13,$13)
      ON CONFLICT (id) DO UPDATE SET type = excluded.type, provider = excluded.provider, name = excluded.name, address = excluded.address, account = excluded.account, business_account = excluded.business_account, managed = excluded.managed, state = 'active', state_reason = NULL,
        key_ids = excluded.key_ids, sealed = excluded.sealed, settings = excluded.settings, updated_at = excluded.updated_at`,
      [c.id, c.type, c.provider, c.tenant, c.name, c.address, c.account, c.businessAccount, c.managed, JSON.stringify(c.keyIds), c.sealed, settings, nowMs],
    );
  }
}

interface ChannelRow {
  tenant: string;
  managed: string;
  name: string | null;
  address: string | null;
  settings: string;
  state: string;
  state_reason: string | null;
}
async function ownChannel(tx: Tx, args: Acting & { readonly id: string }): Promise<ChannelRow> {
  const [c] = await tx.all<ChannelRow>("SELECT tenant, managed, name, address, settings, state, state_reason FROM channels WHERE id = $1 AND state <> 'deleted'", [args.id]);
  if (!c || (args.tenant !== null && c.tenant !== args.tenant)) throw new GatewayError('not_found', 'There is no such channel.');
  return c;
}

export const apiOperations = {
  /** The channels of the file: put, and those that it no longer names ended. */
  async syncFileChannels(tx: Tx, args: { readonly channels: readonly ChannelInput[]; readonly nowMs: number }): Promise<void> {
    const named = args.channels.map((c) => c.id);
    const old = await tx.all<{ id: string }>("SELECT id FROM channels WHERE managed = 'file' AND state <> 'deleted'");
    for (const { id } of old) if (!named.includes(id)) await tx.run("UPDATE channels SET state = 'deleted', updated_at = $2 WHERE id = $1", [id, args.nowMs]);
    for (const channel of args.channels) await putChannel(tx, channel, args.nowMs);
  },
  async createChannel(tx: Tx, args: Acting & { readonly channel: ChannelInput }): Promise<{ id: string }> {
    const [taken] = await tx.all<{ id: string }>("SELECT id FROM channels WHERE (id = $1 OR (type = $2 AND account = $3)) AND state <> 'deleted'", [
      args.channel.id,
      args.channel.type,
      args.channel.account,
    ]);
    if (taken) throw new GatewayError('conflict', 'This account (or id) is connected already; one account belongs to one channel.');
    await putChannel(tx, args.channel, args.nowMs);
    await audit(tx, args, { action: 'channel.create', detail: { id: args.channel.id } });
    return { id: args.channel.id };
  },
  async changeChannel(tx: Tx, args: Acting & { readonly id: string; readonly change: 'pause' | 'resume' | 'delete' }): Promise<{ id: string; state: string }> {
    const c = await ownChannel(tx, args);
    if (args.change === 'delete' && c.managed === 'file') throw new GatewayError('managed_by_file', 'This channel is set by CHANNELS_FILE.');
    const state = { pause: 'paused', resume: 'active', delete: 'deleted' }[args.change];
    await tx.run('UPDATE channels SET state = $2, state_reason = $3, updated_at = $4 WHERE id = $1', [args.id, state, args.change === 'pause' ? 'operator' : null, args.nowMs]);
    if (args.change !== 'delete' && c.state !== state)
      await tellChannel(tx, { id: args.id, kind: args.change === 'pause' ? 'paused' : 'resumed', event: 'operator', nowMs: args.nowMs });
    await audit(tx, args, { action: `channel.${args.change}`, detail: { id: args.id } });
    return { id: args.id, state };
  },
  async updateChannel(
    tx: Tx,
    args: Acting & {
      readonly id: string;
      readonly update: { name?: string | null | undefined; address?: string | null | undefined; settings?: Readonly<Record<string, unknown>> | undefined };
      readonly file: string | null;
    },
  ): Promise<void> {
    const c = await ownChannel(tx, args);
    if (c.managed === 'file') throw new GatewayError('managed_by_file', `This channel is set by ${args.file ?? 'CHANNELS_FILE'}: change it there and restart.`);
    const { name, address, settings } = args.update;
    await tx.run('UPDATE channels SET name = $2, address = $3, settings = $4, updated_at = $5 WHERE id = $1', [
      args.id,
      name === undefined ? c.name : name,
      address === undefined ? c.address : address,
      JSON.stringify({ ...(JSON.parse(c.settings) as object), ...settings }),
      args.nowMs,
    ]);
    await audit(tx, args, { action: 'channel.update', detail: { id: args.id, fields: Object.keys(args.update) } });
  },
  /** New credentials, sealed. One of the file may be rotated too: an unchanged file does not take it back. A channel that was paused for its credentials goes on. */
  async rotateChannel(
    tx: Tx,
    args: Acting & { readonly id: string; readonly sealed: string; readonly keyIds: readonly string[]; readonly names: readonly string[] },
  ): Promise<void> {
    const c = await ownChannel(tx, args);
    await tx.run(
      "UPDATE channels SET sealed = $2, key_ids = $3, state = CASE WHEN state_reason = 'channel_unauthorized' THEN 'active' ELSE state END, state_reason = CASE WHEN state_reason = 'channel_unauthorized' THEN NULL ELSE state_reason END, updated_at = $4 WHERE id = $1",
      [args.id, args.sealed, JSON.stringify(args.keyIds), args.nowMs],
    );
    if (c.state_reason === 'channel_unauthorized') await tellChannel(tx, { id: args.id, kind: 'resumed', event: 'rotated', nowMs: args.nowMs });
    await audit(tx, args, { action: 'channel.rotate', detail: { id: args.id, names: args.names } });
  },
  async createKey(
    tx: Tx,
    args: Acting & { readonly id: string; readonly name: string; readonly keyTenant: string | null; readonly scopes: readonly string[]; readonly hash: string },
  ): Promise<void> {
    await tx.run('INSERT INTO api_keys (id, name, tenant, scopes, hash, created_at, revoked_at) VALUES ($1,$2,$3,$4,$5,$6,NULL)', [
      args.id,
      args.name,
      args.keyTenant,
      JSON.stringify(args.scopes),
      args.hash,
      args.nowMs,
    ]);
    if (args.keyTenant !== null) await tx.run('INSERT INTO tenants (id, name, created_at) VALUES ($1,NULL,$2) ON CONFLICT (id) DO NOTHING', [args.keyTenant, args.nowMs]);
    await audit(tx, args, { action: 'key.create', detail: { id: args.id, scopes: args.scopes } });
  },
  async revokeKey(tx: Tx, args: Acting & { readonly id: string }): Promise<void> {
    const changed = await tx.run('UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL AND ($3 = 1 OR tenant = $4)', [
      args.id,
      args.nowMs,
      args.tenant === null ? 1 : 0,
      args.tenant,
    ]);
    if (!changed) throw new GatewayError('not_found', 'There is no such key.');
    await audit(tx, args, { action: 'key.revoke', detail: { id: args.id } });
  },
};
