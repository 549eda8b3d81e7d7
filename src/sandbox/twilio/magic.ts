import type { RefusalCode } from './errors.ts';

/** Test numbers (sms.md 9.1): reserved, so that they mean the same whatever the credentials. */
export const MAGIC_FROM: Readonly<Record<string, RefusalCode | 'fine'>> = { '+15005550006': 'fine', '+15005550001': 21212, '+15005550007': 21606, '+15005550008': 21611 };
export const MAGIC_TO: Readonly<Record<string, RefusalCode>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
