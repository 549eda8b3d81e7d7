import type { ChannelAdapter } from '../../adapters/contract.ts';
import type { OutboundContent } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';

interface Row {
  name: string;
  language: string;
  status: string;
  named: number;
  components: string;
  platform_id: string;
}
/** Refuses a template that the platform would refuse, in words. False: its list was never read, so the platform decides. */
export async function checkTemplate(tx: Tx, content: OutboundContent, at: { channel: string; adapter: ChannelAdapter }): Promise<boolean> {
  if (content.type !== 'template' || content.name === undefined || !at.adapter.checkTemplate) return true;
  const [sync] = await tx.all<{ synced_at: number | null }>('SELECT synced_at FROM template_syncs WHERE channel = $1', [at.channel]);
  if (!sync?.synced_at) return false;
  const rows = await tx.all<Row>('SELECT name, language, status, named, components, platform_id FROM templates WHERE channel = $1 AND name = $2', [at.channel, content.name]);
  const listed = rows.map((r) => ({
    platformId: r.platform_id,
    name: r.name,
    language: r.language,
    status: r.status,
    named: r.named === 1,
    components: JSON.parse(r.components) as unknown[],
  }));
  const fault = at.adapter.checkTemplate(content, listed);
  if (fault !== null) throw new GatewayError('template_invalid', fault, { pointer: '/content' });
  return true;
}
