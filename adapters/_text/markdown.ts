import { type Block, type Inline, parseMarkdown } from './parse-markdown.ts';

/** `whatsapp`: its own marks (https://faq.whatsapp.com/539178204879377); `none`: plain text. */
export type Marks = 'whatsapp' | 'none';
export interface Printed {
  readonly text: string;
  readonly losses: readonly ('markdown_marks' | 'marks_not_escaped')[];
}
type Marked = 'bold' | 'italic' | 'strike' | 'code';
const SIGNS: Readonly<Record<Marks, Readonly<Record<Marked, string>> | null>> = { whatsapp: { bold: '*', italic: '_', strike: '~', code: '`' }, none: null };
const WORD = /[\p{L}\p{N}]/u;
/** Two equal marks around words, as WhatsApp reads them: not inside a word, no white space at their inner sides. Bounded, so that a long line takes no longer than its length. */
const READ_AS_MARKS = /(?<![\p{L}\p{N}])([*_~`])(?!\s|\1)[^\n]{0,500}?(?<!\s)\1(?![\p{L}\p{N}])/u;

/**
 * Markdown in the marks of a platform. What it lacks is plain, and told. WhatsApp has no way to escape its marks, and an invisible
 * character between would be copied with the text: what was meant literally stays as it is, and is told.
 */
export function fromMarkdown(text: string, marks: Marks): Printed {
  const way: Way = { signs: SIGNS[marks], lost: false };
  const blocks = parseMarkdown(text);
  const printed = blocks.map((block) => printBlock(block, way)).join('\n');
  const literal = way.signs !== null && blocks.some((b) => b.type === 'line' && READ_AS_MARKS.test(textOf(b.children, true)));
  return { text: printed, losses: [...(way.lost ? (['markdown_marks'] as const) : []), ...(literal ? (['marks_not_escaped'] as const) : [])] };
}

interface Way {
  readonly signs: (typeof SIGNS)[Marks];
  lost: boolean;
}
function printBlock(block: Block, way: Way): string {
  if (block.type === 'code') {
    if (way.signs && !block.text.includes('```')) return `\`\`\`${block.text}\`\`\``;
    way.lost = true;
    return block.text;
  }
  const lead = block.lead === 'none' ? '' : block.lead === 'bullet' ? '- ' : block.lead === 'quote' ? '> ' : `${block.lead.number}. `;
  return lead + printInline(block.children, way, { before: '', after: '' });
}

/** `around`: the characters next to it. Between two letters a mark is none on WhatsApp, and would be seen as it stands. */
function printInline(items: readonly Inline[], way: Way, around: { before: string; after: string }): string {
  let out = '';
  for (const [i, item] of items.entries()) {
    if (item.type === 'text') out += item.text;
    else if (item.type === 'link') out += item.title === item.url ? item.url : `${item.title} (${item.url})`;
    else {
      const sign = way.signs?.[item.type];
      const inner = item.type === 'code' ? item.text : textOf(item.children);
      const [before, after] = [out.at(-1) ?? around.before, firstOf(items, i + 1) || around.after];
      const fits = sign !== undefined && !inner.includes(sign) && !WORD.test(before) && !WORD.test(after) && inner.trim() === inner;
      if (!fits) way.lost = true;
      const edge = fits ? { before: sign, after: sign } : { before, after };
      const body = item.type === 'code' ? item.text : printInline(item.children, way, edge);
      out += fits ? sign + body + sign : body;
    }
  }
  return out;
}

/** The first character that is printed from an item on, marks apart. */
function firstOf(items: readonly Inline[], from: number): string {
  for (let i = from; i < items.length; i++) {
    const first = textOf(items.slice(i, i + 1)).charAt(0);
    if (first) return first;
  }
  return '';
}

/** The words alone. `literal`: of text only, where marks that stand in it are meant as they are; code stands for what it hides. */
function textOf(items: readonly Inline[], literal = false): string {
  return items
    .map((item) => {
      if (item.type === 'text') return item.text;
      if (item.type === 'code') return literal ? '' : item.text;
      return item.type === 'link' ? `${item.title}${literal ? ' ' : ` (${item.url})`}` : textOf(item.children, literal);
    })
    .join('');
}
