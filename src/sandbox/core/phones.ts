export interface Medium {
  readonly mimeType: string;
  readonly bytes: Buffer;
}
/** What a customer writes. `to`: which account of the platform; the first where it is not said. */
export interface Written {
  readonly from: string;
  readonly text: string;
  readonly name?: string;
  readonly media: readonly Medium[];
  readonly to?: string;
  /** A message in the platform's own words in the place of text and media, where `Phones.takesContent`: a location, a tapped button. */
  readonly content?: Readonly<Record<string, unknown>>;
}
/** What a phone shows. */
export interface Shown {
  readonly at: string;
  readonly from: 'customer' | 'business';
  readonly text: string;
  readonly id: string;
  readonly media?: readonly { readonly mimeType: string; readonly url?: string }[];
  /** In the platform's own words, where it is more than text and media. */
  readonly content?: unknown;
}
/** A lever of one platform: POST /sandbox/{platform}/{name} with a JSON object. A text says what is wrong with it. */
export type Lever = (body: Readonly<Record<string, unknown>>) => object | string;
/** The customers' side of one platform. */
export interface Phones {
  readonly levers?: Readonly<Record<string, Lever>>;
  /** `id`: of the message, as the platform tells it; `customer`: how the platform calls the customer. */
  write(written: Written): { readonly id: string; readonly customer: string };
  shown(phone: string): readonly Shown[];
  readonly takesContent?: boolean;
}
const MAX_SHOWN = 500;

/** Screens by the name that a platform has for a customer. */
export function createScreens(now: () => number) {
  const screens = new Map<string, Shown[]>();
  return {
    show(customer: string, entry: Omit<Shown, 'at'>): void {
      const all = screens.get(customer) ?? [];
      all.push({ at: new Date(now()).toISOString(), ...entry });
      screens.set(customer, all.length > MAX_SHOWN ? all.slice(-MAX_SHOWN) : all);
    },
    /** One customer may have several names, one for each account. */
    shown: (...customers: readonly string[]): readonly Shown[] =>
      [...new Set(customers)].flatMap((c) => screens.get(c) ?? []).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  };
}
export type Screens = ReturnType<typeof createScreens>;
export const digitsOf = (phone: string): string => phone.replace(/\D/g, '');
