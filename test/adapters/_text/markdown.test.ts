import fc from 'fast-check';
import { fromMarkdown } from '../../../adapters/_text/markdown.ts';
import { type Inline, parseMarkdown } from '../../../adapters/_text/parse-markdown.ts';

test.each([
  ['bold', 'a **b c** d', 'a *b c* d', 'a b c d'],
  ['italic', '*it*', '_it_', 'it'],
  ['strike', '~~no~~ yes', '~no~ yes', 'no yes'],
  ['code', 'run `a*b*c`.', 'run `a*b*c`.', 'run a*b*c.'],
  ['bold in italic and back', '***both*** *a **b***', '*_both_* _a *b*_', 'both a b'],
  ['a block', 'x\n```js\nlet *a*;\nb\n```\ny', 'x\n```let *a*;\nb```\ny', 'x\nlet *a*;\nb\ny'],
  ['a block that nobody closes', '```\na\nb', '```a\nb```', 'a\nb'],
  ['a link', '[Our shop](https://x.example/a_(b)?c=1) now', 'Our shop (https://x.example/a_(b)?c=1) now', 'Our shop (https://x.example/a_(b)?c=1) now'],
  ['a link that is its title', '[https://x.example](https://x.example)', 'https://x.example', 'https://x.example'],
  ['lists', '- a\n* b\n+ **c**\n1. d\n12) e', '- a\n- b\n- *c*\n1. d\n12. e', '- a\n- b\n- c\n1. d\n12. e'],
  ['a quote', '> said *so*', '> said _so_', '> said so'],
  ['escapes', '\\**x\\* 1\\. \\q', '**x* 1. \\q', '**x* 1. \\q'],
  ['a star in a word or alone', '2*3*4, 5 * 6 * 7, a ** b', '2*3*4, 5 * 6 * 7, a ** b', '2*3*4, 5 * 6 * 7, a ** b'],
  ['what is not closed', '**a *b ~~c `d [e](f', '**a *b ~~c `d [e](f', '**a *b ~~c `d [e](f'],
  ['opened twice', '**a **b**', 'a **b', 'a **b'],
  ['between letters WhatsApp reads no mark', '这是**重点**内容', '这是重点内容', '这是重点内容'],
  ['beside punctuation it does', '(**重点**)。', '(*重点*)。', '(重点)。'],
  ['line breaks stay', 'a\r\n\n\nb\n', 'a\n\n\nb\n', 'a\n\n\nb\n'],
  ['what is no mark here', '# head\n_x_ <b>', '# head\n_x_ <b>', '# head\n_x_ <b>'],
])('%s', (_what, text, whatsapp, plain) => expect([fromMarkdown(text, 'whatsapp').text, fromMarkdown(text, 'none').text]).toEqual([whatsapp, plain]));

test.each([
  ['**a** b', 'whatsapp', []],
  ['**a** b', 'none', ['markdown_marks']],
  ['a - b', 'none', []],
  ['内**重点**容', 'whatsapp', ['markdown_marks']],
  ['\\*not bold\\*', 'whatsapp', ['marks_not_escaped']],
  ['_as written_', 'whatsapp', ['marks_not_escaped']],
  ['snake_case_name and `_x_`', 'whatsapp', []],
  ['\\*not bold\\*', 'none', []],
] as const)('what is lost of %j on %s', (text, marks, losses) => expect(fromMarkdown(text, marks).losses).toEqual(losses));

// ---- both ways: an oracle prints a tree as markdown, escaped, and as WhatsApp's marks; reading gives the tree back ----
const CLOSERS = { bold: '**', italic: '*', strike: '~~' } as const;
const escaped = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
function markdownOf(items: readonly Inline[]): string {
  return items
    .map((i) => {
      if (i.type === 'text') return escaped(i.text);
      if (i.type === 'code') return `\`${i.text}\``;
      if (i.type === 'link') return `[${escaped(i.title)}](${i.url})`;
      return CLOSERS[i.type] + markdownOf(i.children) + CLOSERS[i.type];
    })
    .join('');
}
const word = fc
  .array(fc.constantFrom('a', 'B', '7', '漢', 'ก็', 'ي', '😀', 'e\u0301', '*', '_', '~', '`', '[', ')', '\\', '#', '>'), { minLength: 1, maxLength: 6 })
  .map((p) => p.join(''));
const plainWord = fc.array(fc.constantFrom('a', 'B', '7', '漢', 'ก็', 'ي', '😀'), { minLength: 1, maxLength: 6 }).map((p) => p.join(''));
const leaf = (w: fc.Arbitrary<string>): fc.Arbitrary<Inline> => w.map((text) => ({ type: 'text', text }));
const code = plainWord.map((text): Inline => ({ type: 'code', text }));
/** Marked words with blanks between: what can be written in both. Each mark stands once at most around another. */
const item = (w: fc.Arbitrary<string>): fc.Arbitrary<Inline> =>
  fc.oneof(
    leaf(w),
    code,
    leaf(w).map((t): Inline => ({ type: 'strike', children: [t] })),
    fc.oneof(leaf(w), code).map((t): Inline => ({ type: 'italic', children: [{ type: 'strike', children: [t] }] })),
    leaf(w).map(
      (t): Inline => ({
        type: 'bold',
        children: [
          { type: 'text', text: 'in ' },
          { type: 'italic', children: [t] },
          { type: 'text', text: ' side' },
        ],
      }),
    ),
  );
/** As the parser gives it: neighbouring texts in one. */
const spaced = (items: readonly Inline[]): Inline[] => {
  const all: Inline[] = [];
  for (const one of items.flatMap((i, n): Inline[] => (n ? [{ type: 'text', text: ' ' }, i] : [i]))) {
    const last = all.at(-1);
    if (one.type === 'text' && last?.type === 'text') all[all.length - 1] = { type: 'text', text: last.text + one.text };
    else all.push(one);
  }
  return all;
};
const trees = (w: fc.Arbitrary<string>) => fc.array(item(w), { minLength: 1, maxLength: 6 }).map(spaced);

test('what is printed as markdown, with every literal character escaped, is read as the same tree', () => {
  fc.assert(
    fc.property(trees(word), (children) => expect(parseMarkdown(markdownOf(children))).toEqual([{ type: 'line', lead: 'none', children }])),
    { numRuns: 500 },
  );
});

/** WhatsApp's reading of one line: a mark opens after no letter and before no blank, and closes the other way round. */
function readWhatsApp(line: string): Inline[] {
  const found = /(?<![\p{L}\p{N}])([*_~`])(?!\s)(.+?)(?<!\s)\1(?![\p{L}\p{N}])/u.exec(line);
  if (!found) return line ? [{ type: 'text', text: line }] : [];
  const [whole, sign = '', inner = ''] = found;
  const type = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' }[sign] as 'bold';
  const made: Inline = sign === '`' ? { type: 'code', text: inner } : { type, children: readWhatsApp(inner) };
  return [...readWhatsApp(line.slice(0, found.index)), made, ...readWhatsApp(line.slice(found.index + whole.length))];
}
test("what is printed in WhatsApp's marks is read as the same tree", () => {
  fc.assert(
    fc.property(trees(plainWord), (children) => {
      const printed = fromMarkdown(markdownOf(children), 'whatsapp');
      expect(printed.losses).toEqual([]);
      expect(readWhatsApp(printed.text)).toEqual(children);
    }),
    { numRuns: 500 },
  );
});

test('any text is read in a moment, and plain text says what was said', () => {
  const noise = fc.array(fc.constantFrom('*', '**', '~~', '`', '[', '](', ')', '\\', '```', '\n', '> ', '- ', 'a', ' '), { maxLength: 200 }).map((p) => p.join(''));
  fc.assert(fc.property(noise, (text) => expect(parseMarkdown(text).length).toBeGreaterThan(0)));
  for (const piece of ['**a ', '*a ', '[a', '`a', '~~a *b ', '***', '[x](', '\\', '`a` ', '**b** ', '_a ']) {
    const before = process.cpuUsage();
    fromMarkdown(piece.repeat(20_000), 'whatsapp');
    expect([piece, process.cpuUsage(before).user < 3_000_000]).toEqual([piece, true]);
  }
});
