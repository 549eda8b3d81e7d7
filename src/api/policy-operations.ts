import { GatewayError } from '../gateway-error.ts';
import { recordConsent, tellConsent } from '../inbound/consents.ts';
import { type TenantSettings, tenantSettings } from '../outbound/tenant-settings.ts';
import type { Tx } from '../store/port.ts';
import { type Acting, audit } from './audit.ts';

interface SetConsent extends Acting {
  readonly contact: string;
  readonly state: 'opted_in' | 'opted_out';
  readonly scope: string;
  readonly channel?: string | undefined;
  readonly source: string;
  readonly detail?: string | undefined;
}
type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** What operators set of consent and policy. */
export const policyOperations = {
  /** What a contact said by another way than a message to us; told like what comes by webhook. */
  async setConsent(tx: Tx, args: SetConsent): Promise<void> {
    const [contact] = await tx.all<{ tenant: string }>('SELECT tenant FROM contacts WHERE id = $1 AND erased_at IS NULL', [args.contact]);
    if (!contact || (args.tenant !== null && contact.tenant !== args.tenant)) throw new GatewayError('not_found', 'There is no such contact.');
    const channel = args.scope === 'all' ? '' : (args.channel ?? '');
    const [known] =
      channel === '' ? [{ id: '' }] : await tx.all<{ id: string }>("SELECT id FROM channels WHERE id = $1 AND tenant = $2 AND state <> 'deleted'", [channel, contact.tenant]);
    if (!known) throw new GatewayError('unknown_channel', `There is no channel ${JSON.stringify(channel)}.`, { pointer: '/channel' });
    const { contact: id, state, scope, source, detail, nowMs } = args;
    const news = await recordConsent(tx, { tenant: contact.tenant, contact: id, channel, scope, state, source, detail, at: nowMs });
    await audit(tx, args, { action: 'contact.consent', detail: { contact: id, state, scope, channel: channel || null } });
    if (!news) return;
    // The conversation of the channel that is named, else the latest: the event stands beside what the customer wrote there.
    const [conversation] = await tx.all<{ id: string; channel: string }>(
      'SELECT id, channel FROM conversations WHERE contact = $1 AND moved_to IS NULL ORDER BY CASE WHEN channel = $2 THEN 0 ELSE 1 END, created_at DESC LIMIT 1',
      [id, channel],
    );
    if (conversation)
      await tellConsent(tx, { contact: id, conversation: conversation.id, channel: conversation.channel, tenant: contact.tenant }, { state, scope, source, detail, nowMs });
  },
  async updateTenant(tx: Tx, args: Acting & { readonly id: string; readonly change: Nullable<TenantSettings> }): Promise<void> {
    const [known] = args.tenant !== null && args.tenant !== args.id ? [] : await tx.all<{ id: string }>('SELECT id FROM tenants WHERE id = $1', [args.id]);
    if (!known) throw new GatewayError('not_found', 'There is no such tenant.');
    const merged = Object.entries({ ...(await tenantSettings(tx, args.id)), ...args.change }).filter(([, value]) => value !== null && value !== undefined);
    await tx.run('UPDATE tenants SET settings = $2 WHERE id = $1', [args.id, JSON.stringify(Object.fromEntries(merged))]);
    await audit(tx, args, { action: 'tenant.update', detail: { id: args.id, fields: Object.keys(args.change) } });
  },
};
