import type { Provider } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';

export interface ChannelRow {
  id: string;
  type: ChannelType;
  provider: Provider;
  tenant: string;
  name: string | null;
  address: string | null;
  account: string;
  settings: string;
  state: string;
}
const SELECT = "SELECT id, type, provider, tenant, name, address, account, settings, state FROM channels WHERE id = $1 AND state <> 'deleted'";

export async function loadChannel(tx: Tx, id: string): Promise<ChannelRow | null> {
  const [row] = await tx.all<ChannelRow>(SELECT, [id]);
  return row ?? null;
}

/** A channel of the tenant; another's is as unknown as none. */
export async function channelRow(tx: Tx, id: string, tenant: string | null): Promise<ChannelRow> {
  const row = await loadChannel(tx, id);
  if (!row || (tenant !== null && row.tenant !== tenant)) throw new GatewayError('unknown_channel', `There is no channel ${JSON.stringify(id)}.`, { pointer: '/channel' });
  return row;
}
