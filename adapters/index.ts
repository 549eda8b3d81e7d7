import type { ChannelType } from '../schemas/index.ts';
import type { ChannelAdapter } from './contract.ts';
import { createWhatsappAdapter } from './whatsapp/index.ts';

/** Adapters by channel type; a type without one is not connectable yet. */
export type Adapters = Readonly<Partial<Record<ChannelType, ChannelAdapter>>>;

export function createAdapters(): Adapters {
  return { whatsapp: createWhatsappAdapter() };
}
