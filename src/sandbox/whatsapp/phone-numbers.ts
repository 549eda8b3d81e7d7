const TWO_DIGITS = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;
const callingCodeOf = (digits: string): string => (/^[17]/.test(digits) ? digits.slice(0, 1) : (TWO_DIGITS.exec(digits)?.[0] ?? digits.slice(0, 3)));

/** National variants of one mobile number (whatsapp.md 10): with and without the digit that WhatsApp may drop. */
const VARIANTS: readonly (readonly [RegExp, string])[] = [
  [/^55(\d\d)9([6-9]\d{7})$/, '55$1$2'],
  [/^55(?<area>\d\d)(?<rest>[6-9]\d{7})$/, '55$<area>9$<rest>'],
  [/^521(\d{10})$/, '52$1'],
  [/^52(\d{10})$/, '521$1'],
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
];
function variantsOf(digits: string): string[] {
  return [digits, ...VARIANTS.filter(([pattern]) => pattern.test(digits)).map(([pattern, other]) => digits.replace(pattern, other))];
}

/**
 * Whom `to` means. Without a + the business's own country code is put before it (whatsapp.md 5.1), unless it is the wa_id of somebody
 * who has written; the phone that has written under a national variant is the one that is reached.
 */
export function phoneMeant(to: string, { business, known }: { business: string; known(phone: string): boolean }): string {
  const digits = to.replace(/\D/g, '');
  const found = variantsOf(digits).find(known);
  if (found) return found;
  return to.trim().startsWith('+') ? digits : callingCodeOf(business) + digits;
}
/** As management calls write it. */
export function formatted(digits: string): string {
  const code = callingCodeOf(digits);
  const rest = digits.slice(code.length);
  return code === '1' ? `+1 ${rest.slice(0, 3)}-${rest.slice(3, 6)}-${rest.slice(6)}` : `+${code} ${rest}`;
}
