/**
 * The form under which national variants of one mobile meet, for matching only; answers go to what the platform told. WhatsApp's
 * wa_id differs from the dialled number in Brazil (9th digit of mobiles), Mexico (1 after 52) and Argentina (9 after 54).
 */
export function canonicalPhone(phone: string): string {
  const brazil = /^\+55(\d{2})9([6-9]\d{7})$/.exec(phone); // landlines (8 digits beginning 2 to 5) never have the 9
  if (brazil) return `+55${brazil[1]}${brazil[2]}`;
  const mexico = /^\+521(\d{10})$/.exec(phone);
  if (mexico) return `+52${mexico[1]}`;
  const argentina = /^\+549(\d{10})$/.exec(phone);
  return argentina ? `+54${argentina[1]}` : phone;
}
