/**
 * The markdown that is read: **bold**, *italic*, ~~strike~~, `code`, [title](url), fenced ``` blocks, lists (-, *, +, 1.) and > quotes of
 * one level, and a backslash before what is meant literally. Everything else stays as it is written, line breaks too. Marks open and
 * close on one line, and not at white space; a single * does not count inside a word (2*3*4).
 */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'bold' | 'italic' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly title: string; readonly url: string };
export type Block =
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'line'; readonly lead: 'none' | 'bullet' | 'quote' | { readonly number: string }; readonly children: readonly Inline[] };

const LEAD = /^ {0,3}(?:([-*+])|(\d{1,9})[.)]|(>))(?: |$)/;

/** Text as blocks, one for each line outside a fence. Total. */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  let fenced: string[] | null = null;
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const fence = /^ {0,3}```[^`]*$/.test(line);
    if (fenced) {
      if (fence) {
        blocks.push({ type: 'code', text: fenced.join('\n') });
        fenced = null;
      } else fenced.push(line);
    } else if (fence) fenced = [];
    else blocks.push(lineOf(line));
  }
  if (fenced) blocks.push({ type: 'code', text: fenced.join('\n') }); // a fence that nobody closes reaches to the end
  return blocks;
}

function lineOf(line: string): Block {
  const [whole = '', bullet, number] = LEAD.exec(line) ?? [];
  const lead = whole === '' ? 'none' : bullet ? 'bullet' : number ? { number } : 'quote';
  return { type: 'line', lead, children: parseInline(line.slice(whole.length)) };
}

type Mark = 'bold' | 'italic' | 'strike';
const SIGN: Readonly<Record<Mark, string>> = { bold: '**', italic: '*', strike: '~~' };
const TOKEN = /\\([!-/:-@[-`{-~])|`([^`]+)`|\[((?:\\.|[^\\[\]])+)\]\((https?:\/\/[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)|(\*+|~~)/g;
const LETTER = /[\p{L}\p{N}]/u;

/** What of a line has been read: each mark is open once at most, so that one pass is enough whatever stands in it. */
function createLine() {
  const open: { readonly mark: Mark | null; readonly children: Inline[] }[] = [{ mark: null, children: [] }];
  function add(item: Inline): void {
    const children = open.at(-1)?.children ?? [];
    const last = children.at(-1);
    if (item.type === 'text' && last?.type === 'text') children[children.length - 1] = { type: 'text', text: last.text + item.text };
    else children.push(item);
  }
  const depthOf = (mark: Mark): number => open.findLastIndex((o) => o.mark === mark);
  /** What was opened and is not closed was meant literally. */
  function unwind(depth: number): void {
    while (open.length > depth) {
      const { mark, children } = open.pop() ?? { mark: null, children: [] };
      if (mark) add({ type: 'text', text: SIGN[mark] });
      for (const child of children) add(child);
    }
  }
  return {
    add,
    depthOf,
    begin: (mark: Mark) => void open.push({ mark, children: [] }),
    /** False where it is not open, or nothing stands in it. */
    end(mark: Mark): boolean {
      const depth = depthOf(mark);
      if (depth < 1 || (depth === open.length - 1 && !open[depth]?.children.length)) return false;
      unwind(depth + 1);
      add({ type: mark, children: open.pop()?.children ?? [] });
      return true;
    },
    whole(): readonly Inline[] {
      unwind(1);
      return open[0]?.children ?? [];
    },
  };
}
type Line = ReturnType<typeof createLine>;

/** A run of signs between two characters: the innermost mark that may end here ends first, then marks begin; what is left is text. */
function readRun(line: Line, run: string, { before, after }: { before: string; after: string }): void {
  const marks: readonly Mark[] = run === '~~' ? ['strike'] : run === '**' ? ['bold'] : ['bold', 'italic'];
  let left = run.length;
  const ends = (mark: Mark) => !/\s/.test(before) && SIGN[mark].length <= left && (mark !== 'italic' || !LETTER.test(after)) && line.end(mark);
  const begins = (mark: Mark) => !/\s/.test(after) && SIGN[mark].length <= left && (mark !== 'italic' || !LETTER.test(before)) && line.depthOf(mark) < 0;
  while (left > 0) {
    const ended = [...marks].sort((a, b) => line.depthOf(b) - line.depthOf(a)).find(ends);
    const begun = ended ? undefined : marks.find(begins);
    if (begun) line.begin(begun);
    const taken = ended ?? begun;
    if (!taken) break;
    left -= SIGN[taken].length;
  }
  if (left > 0) line.add({ type: 'text', text: run.slice(0, left) });
}

function parseInline(text: string): readonly Inline[] {
  const line = createLine();
  let at = 0;
  for (const token of text.matchAll(TOKEN)) {
    if (token.index > at) line.add({ type: 'text', text: text.slice(at, token.index) });
    at = token.index + token[0].length;
    const [whole, literal, code, title, url, run] = token;
    if (literal !== undefined) line.add({ type: 'text', text: literal });
    else if (code !== undefined) line.add({ type: 'code', text: code });
    else if (title !== undefined && url !== undefined) line.add({ type: 'link', title: title.replace(/\\([!-/:-@[-`{-~])/g, '$1'), url });
    else if (run !== undefined) readRun(line, whole, { before: text[token.index - 1] ?? ' ', after: text[at] ?? ' ' });
  }
  if (at < text.length) line.add({ type: 'text', text: text.slice(at) });
  return line.whole();
}
