import type { ChannelType, Identity } from '../../schemas/index.ts';
import { type Form, field } from './form.ts';

/** `scheme:value`; plain SMS and MMS have no scheme. */
const SCHEME = /^([a-z]+):(.+)$/;
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;
const CHANNELS: Readonly<Record<string, ChannelType>> = { whatsapp: 'whatsapp', rcs: 'rcs' };

/** The channel type that an address belongs to; undefined for schemes that are not carried by this adapter (messenger:, apple:). */
export function channelTypeOf(address: string): ChannelType | undefined {
  const scheme = SCHEME.exec(address)?.[1];
  return scheme === undefined ? 'sms' : CHANNELS[scheme];
}

/** A customer's address as an identity: E.164 with +, a business-scoped user id, a short code or a name (both `sender_id`), an RCS address. */
export function identityOf(address: string): Identity {
  const [, scheme, rest] = SCHEME.exec(address) ?? [];
  const value = rest ?? address;
  if (scheme === 'whatsapp' && BSUID.test(value)) return { type: value.startsWith(`${value.slice(0, 2)}.ENT.`) ? 'whatsapp_parent_user' : 'whatsapp_user', value };
  if (/^\+\d{5,20}$/.test(value)) return { type: 'phone', value };
  if (scheme === 'whatsapp' && /^\d{7,20}$/.test(value)) return { type: 'phone', value: `+${value}` };
  return scheme === 'rcs' ? { type: 'rcs', value } : { type: 'sender_id', value };
}

/** Every name of the customer, the strongest first: user id, parent, then the address itself and WaId. */
export function customerOf(form: Form, address: string): Identity[] {
  const user = field(form, 'ExternalUserId');
  const parent = field(form, 'ParentExternalUserId');
  const waId = field(form, 'WaId');
  const all = [user, parent, address, waId === undefined ? undefined : `whatsapp:${waId}`].flatMap((a) => (a === undefined ? [] : [identityOf(a)]));
  return all.filter((a, i) => all.findIndex((b) => b.type === a.type && b.value === a.value) === i);
}
