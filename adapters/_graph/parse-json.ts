/** Deepest nesting that is read; Meta's deepest documented body has about 15 levels. */
const MAX_DEPTH = 64;

/** Nesting of JSON text, counted on bytes, so that a hostile body cannot overflow the parser's stack. Stops counting past the limit. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i];
    if (inString) {
      if (c === 0x5c)
        i++; // backslash: the next byte belongs to it
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > deepest) deepest = depth;
      if (deepest > MAX_DEPTH) return deepest;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

// What needs a second look: keys that pollute (each character of theirs may be an escape), U+0000 and surrogates, as escapes or raw.
const SPECIAL = /__proto__|\\u(?:00(?:00|5[fF]|[67])|[dD][89a-fA-F])|\0/;
// Unquoted integers that do not fit a double keep every digit, as text.
const UNQUOTED_BIG = /[:[,]\s*-?\d{16,}/;
/** Whether a parse as it is would not do. Most bodies have none of the three, which is told much sooner than by the expression. */
const isSpecial = (text: string): boolean => UNQUOTED_BIG.test(text) || ((text.includes('\\u') || text.includes('__proto__') || text.includes('\0')) && SPECIAL.test(text));

function revive(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === '__proto__') return undefined;
  if (typeof value === 'number' && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)) return context.source;
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? value.replaceAll('\0', '').toWellFormed() : value;
  return value;
}

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/**
 * Parses a webhook body, totally: digits of big integers kept (as text), `__proto__` dropped, U+0000 removed, lone surrogates and
 * invalid UTF-8 replaced. This is the one place where text is sanitised.
 */
export function parseJson(body: Uint8Array): Parsed {
  if (depthOf(body) > MAX_DEPTH) return { ok: false, reason: `the body nests deeper than ${MAX_DEPTH} levels` };
  let text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  try {
    return { ok: true, value: isSpecial(text) ? JSON.parse(text, revive as (key: string, value: unknown) => unknown) : JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'the body is not JSON' };
  }
}
