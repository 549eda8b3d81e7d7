import type { ChannelType } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';

export interface Channel {
  readonly id: string;
  readonly type: ChannelType;
  readonly tenant: string;
  readonly name: string | null;
  readonly address: string | null;
  readonly account: string;
  readonly businessAccount: string | null;
  readonly keyIds: readonly string[];
}
interface Row {
  id: string;
  type: string;
  tenant: string;
  name: string | null;
  address: string | null;
  account: string;
  business_account: string | null;
  key_ids: string;
}

/** Connected channels by what webhooks name. Read anew when a row changed. */
export function createDirectory() {
  let version = '';
  let byAccount = new Map<string, Channel>();
  let all: readonly Channel[] = [];
  return {
    async refresh(tx: Tx): Promise<void> {
      const [state] = await tx.all<{ n: number; latest: number }>('SELECT (SELECT count(*) FROM channels) AS n, (SELECT coalesce(max(updated_at), 0) FROM channels) AS latest');
      const now = `${state?.n} ${state?.latest}`;
      if (now === version) return;
      const rows = await tx.all<Row>("SELECT id, type, tenant, name, address, account, business_account, key_ids FROM channels WHERE state <> 'deleted' ORDER BY created_at, id");
      all = rows.map((r) => ({
        id: r.id,
        type: r.type as ChannelType,
        tenant: r.tenant,
        name: r.name,
        address: r.address,
        account: r.account,
        businessAccount: r.business_account,
        keyIds: JSON.parse(r.key_ids) as string[],
      }));
      byAccount = new Map(all.map((c) => [`${c.type} ${c.account}`, c]));
      version = now;
    },
    byId: (id: string): Channel | undefined => all.find((c) => c.id === id),
    byAccount: (type: ChannelType, account: string): Channel | undefined => byAccount.get(`${type} ${account}`),
    /** The oldest channel of a business account whose keys hold this one; else its oldest of any key. */
    byBusiness(type: ChannelType, account: string, keyId: string): Channel | undefined {
      const of = all.filter((c) => c.type === type && c.businessAccount === account);
      return of.find((c) => c.keyIds.includes(keyId)) ?? of[0];
    },
  };
}
export type Directory = ReturnType<typeof createDirectory>;
