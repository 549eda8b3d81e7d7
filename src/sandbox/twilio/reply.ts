/** What an answer to the inbound webhook says to the customer: plain text as it is, TwiML by its messages (sms.md 1.5). */
export function repliesIn({ type, body }: { type: string; body: string }): string[] {
  if (/^text\/plain\b/i.test(type)) return body.trim() === '' ? [] : [body];
  if (!/^(?:text|application)\/xml\b/i.test(type)) return [];
  return [...body.matchAll(/<(Message|Sms)\b[^>]*>([\s\S]*?)<\/\1>/g)].map(([, , inner = '']) => plain(/<Body>([\s\S]*?)<\/Body>/.exec(inner)?.[1] ?? inner)).filter(Boolean);
}
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const plain = (xml: string) =>
  xml
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (e) => ENTITIES[e] ?? e)
    .trim();
