/** A text in markdown with the marks of a platform, or with none. */
export function fromMarkdown(text: string, marks: 'whatsapp' | 'none'): string {
  return marks === 'whatsapp' ? text : text;
}
