import type { Identity } from '../../../schemas/index.ts';
import { camelRest, type Loose, Malformed, object, text, time } from '../loose.ts';
import type { Made, Product } from './product.ts';

/** One event of one element of `messaging[]` or `standby[]`. */
export interface Item {
  readonly product: Product;
  /** The whole element. */
  readonly item: Loose;
  /** The value of its event property. */
  readonly event: Loose;
  /** Another app owns the thread. */
  readonly standby: boolean;
  /** The business wrote it: an echo. */
  readonly outbound: boolean;
  readonly account: string;
  /** The customer, the strongest name first. */
  readonly addresses: readonly Identity[];
  readonly at: Date | null;
}
export type Reader = (item: Item) => Made;

/** What only a customer does. Docs of Instagram print other ids than the account's in `entry.id` of these. */
const BY_CUSTOMER = ['postback', 'referral', 'optin'];

/** Who the element is about. Customer: the recipient of an echo, else the sender, else the user_ref of an opt-in. */
export function openItem(item: Loose, event: Loose, where: { product: Product; entryId: string | undefined; standby: boolean }): Item {
  const { product, entryId, standby } = where;
  const [sender, recipient] = [object(item.sender), object(item.recipient)];
  const byCustomer = BY_CUSTOMER.some((name) => item[name] === event);
  const fromAccount = text(sender.id) !== undefined && text(sender.id) === entryId;
  const outbound = !byCustomer && (object(item.message).is_echo === true || fromAccount);
  const own = text((outbound ? sender : recipient).id);
  const account = product.object === 'instagram' && byCustomer ? (own ?? entryId) : (entryId ?? own);
  if (account === undefined) throw new Malformed('no account is named');
  const at = time(item.timestamp);
  return { product, item, event, standby, outbound, account, addresses: customerOf(item, outbound ? recipient : sender, product), at };
}

function customerOf(item: Loose, customer: Loose, product: Product): Identity[] {
  const prior = object(item.prior_message);
  const all: [Identity['type'], string | undefined][] = [
    [product.customer, text(customer.id)],
    ['user_ref', text(customer.user_ref) ?? text(object(item.optin).user_ref)],
    ['user_ref', text(prior.identifier)],
  ];
  const named = all.flatMap(([type, value]) => (value === undefined ? [] : [{ type, value }]));
  return named.filter((a, i) => named.findIndex((b) => b.type === a.type && b.value === a.value) === i);
}

/** The customer's strongest address, for ids. Throws where no customer is named. */
export function customerKey({ addresses }: Item): string {
  const [first] = addresses;
  if (!first) throw new Malformed('no customer is named');
  return `${first.type}:${first.value}`;
}
export const writer = ({ outbound }: Item): 'business' | 'customer' => (outbound ? 'business' : 'customer');
/** Only what the customer does, in a thread of ours, opens the reply window. */
export const opensWindow = ({ outbound, standby }: Item): boolean => !outbound && !standby;

/** What stands beside the event and is no field of ours (hop_context, lead, prior_message, names nobody knows): in camel case. */
export const beside = ({ item, event }: Item): Loose =>
  camelRest(
    item,
    Object.keys(item).filter((key) => item[key] === event || key === 'sender' || key === 'recipient' || key === 'timestamp'),
  ) ?? {};
/** Undefined where it holds nothing. */
export const some = (value: Loose): Loose | undefined => (Object.keys(value).length ? value : undefined);
