import { shorten } from '../_text/shorten.ts';
import type { ChoiceForm } from '../natives.ts';
import { distinct } from './distinct.ts';
import type { Of, Sink } from './piece.ts';
import { joined, lastPart } from './split-body.ts';

type Choices = Of<'choices'>;
type Option = Choices['options'][number];

const described = ({ title, description }: Option): string => (description ? `${title}: ${description}` : title);
const fits = (form: ChoiceForm, { options }: Choices): boolean => options.length <= form.max && options.every(({ id }) => id.length <= form.idMax);
/** Whether the form shows every title whole, and every description, unless it was asked for by name. */
function whole(form: ChoiceForm, { options, style }: Choices): boolean {
  const room = form.descriptionMax ?? 0;
  return options.every(({ title, description = '' }) => title.length <= form.titleMax && (description.length <= room || form.style === style));
}

/** The form asked for, else the first that cuts nothing, else the first that holds all options; undefined: none does. */
function formOf(content: Choices, forms: readonly ChoiceForm[]): ChoiceForm | undefined {
  const ranked = [...forms.filter((f) => f.style === content.style), ...forms.filter((f) => f.style !== content.style)].filter((f) => fits(f, content));
  return ranked.find((f) => whole(f, content)) ?? ranked[0];
}

/** Options as a numbered text; numbers go on where a message has several menus. */
function numbered(content: Choices, sink: Sink): void {
  const lines = content.options.map((option) => {
    const n = sink.menu.length + 1;
    sink.menu.push({ n, id: option.id, title: option.title });
    return `${n}. ${described(option)}`;
  });
  sink.losses.push('choices_numbered');
  sink.pieces.push({ type: 'text', text: joined([content.header, content.body, lines.join('\n'), content.footer]) });
}

/** Options in the best form that the channel has for them. */
export function degradeChoices(content: Choices, forms: readonly ChoiceForm[], sink: Sink): void {
  const form = formOf(content, forms);
  if (!form) return numbered(content, sink);
  if (content.style && content.style !== form.style) sink.losses.push('choices_restyled');
  const cut = content.options.map(({ title }) => shorten(title, form.titleMax));
  const titles = distinct(cut, form.titleMax);
  const [above, options]: [string[], Option[]] = [[], []];
  for (const [i, option] of content.options.entries()) {
    const { id, description } = option;
    const shortened = cut[i] !== option.title;
    const apart = description !== undefined && description.length > (form.descriptionMax ?? 0);
    if (shortened) sink.losses.push('title_shortened');
    else if (titles[i] !== option.title) sink.losses.push('title_distinguished');
    if (apart) sink.losses.push('description_in_body');
    if (shortened || apart) above.push(apart ? described(option) : option.title);
    options.push({ id, title: titles[i] ?? '', ...(description && form.descriptionMax ? { description: shorten(description, form.descriptionMax) } : {}) });
  }
  const long = joined([content.body, above.join('\n')]);
  const room = { max: form.bodyMax, ...(form.bodyUnit ? { unit: form.bodyUnit } : {}) };
  // A header over text that was sent before would stand in the middle.
  const header = content.header && content.header.length <= (form.headerMax ?? 0) && long.length <= form.bodyMax ? content.header : undefined;
  const footer = content.footer && content.footer.length <= (form.footerMax ?? 0) ? content.footer : undefined;
  if (content.header && !header) sink.losses.push('header_in_body');
  if (content.footer && !footer) sink.losses.push('footer_in_body');
  const body = lastPart(joined([header ? undefined : content.header, long, footer ? undefined : content.footer]), room, sink);
  sink.pieces.push({ type: 'choices', form: form.style, body, options, ...(header ? { header } : {}), ...(footer ? { footer } : {}) });
}
