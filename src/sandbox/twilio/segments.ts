/** GSM 03.38: the basic set, and what takes two septets (sms.md 8.1). */
const BASIC = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà');
const EXTENSION = new Set('\f^{}\\[~]|€');
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many SMS a text makes: 160 septets or 70 UTF-16 units in one, 153 or 67 in each of several; no character is cut in two (sms.md 8.3). */
export function segmentsOf(text: string): { encoding: 'gsm-7' | 'ucs-2'; count: number } {
  const points = [...text];
  const gsm = points.every((c) => BASIC.has(c) || EXTENSION.has(c));
  const sizes = gsm ? points.map((c) => (EXTENSION.has(c) ? 2 : 1)) : [...graphemes.segment(text)].map(({ segment }) => segment.length);
  const encoding = gsm ? 'gsm-7' : 'ucs-2';
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= (gsm ? 160 : 70)) return { encoding, count: total === 0 ? 0 : 1 };
  const room = gsm ? 153 : 67;
  let [count, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > room) [count, used] = [count + 1, 0];
    used += size;
  }
  return { encoding, count };
}
