/** GSM 03.38, the default alphabet: one septet each. It has the capital Ç and not ç, and no á, í, ó, ú. https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding */
const BASIC = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà');
/** Its extension table: an escape and a septet, which no part may end between. */
const EXTENSION = new Set('\f^{}\\[~]|€');

/** Septets of one code point; 0 where GSM-7 has none for it, and the whole text goes as UCS-2. */
export function septetsOf(point: string): 0 | 1 | 2 {
  if (BASIC.has(point)) return 1;
  return EXTENSION.has(point) ? 2 : 0;
}

export function isGsm7(text: string): boolean {
  for (const point of text) if (septetsOf(point) === 0) return false;
  return true;
}
