const MAX = 4000;

function redactValue(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (key === 'body' || key === 'text' || key === 'caption') return `(${[...value].length} characters)`;
  return value.replace(/\+?\d{6,}/g, (digits) => `${digits.slice(0, 3)}…${digits.slice(-2)}`);
}
/** A request or answer as operators see it: texts by their length, long digits masked, never a token (headers are not kept at all). */
export function redact(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body, redactValue)).slice(0, MAX);
  } catch {
    return body.replace(/\+?\d{6,}/g, '…').slice(0, MAX);
  }
}
