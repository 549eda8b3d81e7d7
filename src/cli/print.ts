/** Control characters never reach the terminal: a customer's text could drive it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is stripped
export const clean = (text: string): string => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
/** For a place inside a line: a line break in a customer's text would let it write lines of its own. */
export const cleanLine = (text: string): string => clean(text.replace(/[\n\u2028\u2029]+/g, ' '));
/** JSON escapes the old control characters alone; the newer ones (C1, direction marks) are escaped here, so that nothing is lost. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const cell = (value: unknown): string => cleanLine(value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 80);

/** Rows as columns of equal width, with a head. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string {
  if (!rows.length) return '(none)';
  const cells = rows.map((row) => columns.map((c) => cell(row[c])));
  const widths = columns.map((c, i) => Math.max(c.length, ...cells.map((r) => r[i]?.length ?? 0)));
  return [columns, ...cells]
    .map((r) =>
      r
        .map((v, i) => v.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
