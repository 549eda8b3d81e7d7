import type { Fault } from './errors.ts';
import { each, type Fields, fields, first, isText, lengthOf, list, unless } from './rules.ts';

export const CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'];
const VARIABLE = /\{\{\s*([a-z0-9_]+)\s*\}\}/gi;
export const variablesIn = (text: unknown): string[] => (isText(text) ? [...text.matchAll(VARIABLE)].map(([, name = '']) => name) : []);
export const component = (components: readonly Fields[], type: string): Fields | undefined => components.find((c) => String(c.type).toUpperCase() === type);
export const buttonsOf = (components: readonly Fields[]): readonly Fields[] => list(component(components, 'BUTTONS')?.buttons);

function checkBody(text: unknown): Fault {
  if (!isText(text)) return [2388072, 'A body with a text is required'];
  const variables = variablesIn(text);
  const words = text.replace(VARIABLE, '').split(/\s+/).filter(Boolean).length;
  return first(
    unless(lengthOf(text) <= 1024, 2388040, 'The body has more than 1024 characters'),
    unless(!/^\s*\{\{[^}]*\}\}|\{\{[^}]*\}\}[\s.!?]*$/.test(text), 2388299, 'Variables can’t be at the start or end of the template'),
    unless(variables.length * 2 <= words, 2388293, 'This template has too many variables for its length'),
  );
}
function checkButtons(buttons: readonly Fields[]): Fault {
  const kinds = (type: string) => buttons.filter((b) => b.type === type).length;
  return first(
    unless(buttons.length <= 10, 100, 'A template has at most 10 buttons'),
    unless(kinds('URL') <= 2 && kinds('PHONE_NUMBER') <= 1 && kinds('COPY_CODE') <= 1, 100, 'A template has at most 2 URL, 1 phone and 1 copy code buttons'),
    each(buttons, (b) => unless(b.text === undefined || (isText(b.text) && lengthOf(b.text) <= 25), 2388040, 'A button label has more than 25 characters')),
  );
}
/** The definition of a template (whatsapp.md 5.6, "Template definition limits"). */
export function checkTemplate({ name, language, category, components }: Fields): Fault {
  const parts = list(components);
  const header = component(parts, 'HEADER');
  const footer = component(parts, 'FOOTER');
  const authentication = category === 'AUTHENTICATION'; // its body is Meta's own
  return first(
    unless(isText(name) && /^[a-z0-9_]{1,512}$/.test(name), 100, 'name must be lower case letters, digits and underscores, at most 512'),
    unless(isText(language) && /^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(language), 100, 'language is not valid'),
    unless(CATEGORIES.includes(String(category)), 100, `category must be one of {${CATEGORIES.join(', ')}}`),
    unless(parts.length > 0, 100, 'components is required'),
    authentication ? null : checkBody(component(parts, 'BODY')?.text),
    header?.format === 'TEXT'
      ? unless(isText(header.text) && lengthOf(header.text) <= 60 && variablesIn(header.text).length <= 1, 2388047, 'The header is a text of 60 characters with 1 variable at most')
      : null,
    footer && !authentication
      ? unless(isText(footer.text) && lengthOf(footer.text) <= 60 && !variablesIn(footer.text).length, 2388073, 'The footer is a text of 60 characters without variables')
      : null,
    checkButtons(buttonsOf(parts)),
  );
}

const parametersOf = (sent: Fields | undefined): readonly Fields[] => list(sent?.parameters);
const BAD_TEXT = /[\n\t]| {5,}/;
function checkTexts(parameters: readonly Fields[], variables: readonly string[], what: string): Fault {
  const named = variables.some((v) => !/^\d+$/.test(v));
  const wanted = new Set(variables);
  return first(
    unless(parameters.length === wanted.size, 132000, `${what}: number of localizable_params (${parameters.length}) does not match the expected number of params (${wanted.size})`),
    each(parameters, (p) => unless(!named || wanted.has(String(p.parameter_name)), 132012, `${what}: parameter_name ${String(p.parameter_name)} is not in the template`)),
    each(parameters, (p) =>
      unless(p.type !== 'text' || (isText(p.text) && !BAD_TEXT.test(p.text)), 132018, `${what}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces`),
    ),
  );
}
function checkHeader(defined: Fields | undefined, parameters: readonly Fields[]): Fault {
  if (!defined) return unless(parameters.length === 0, 132000, 'header: the template has none');
  if (defined.format === 'TEXT') return checkTexts(parameters, variablesIn(defined.text), 'header');
  const format = String(defined.format);
  const [sent] = parameters;
  return unless(String(sent?.type).toUpperCase() === format, 132012, `header: Format mismatch, expected ${format}, received ${String(sent?.type ?? 'UNKNOWN').toUpperCase()}`);
}
function checkSentButtons(defined: readonly Fields[], sent: readonly Fields[]): Fault {
  return first(
    each(sent, (s) => unless(defined[Number(s.index)] !== undefined, 132018, `buttons: the template has no button at index ${String(s.index)}`)),
    each(defined, (b, index) => {
      const needs = (b.type === 'URL' && variablesIn(b.url).length > 0) || b.type === 'COPY_CODE' || b.type === 'OTP';
      const given = sent.find((s) => Number(s.index) === index);
      return unless(!needs || parametersOf(given).length > 0, 131008, `buttons: Button at index ${index} of type ${String(b.type)} requires a parameter`);
    }),
  );
}
/** What is sent against what is defined (whatsapp.md 5.6). */
export function checkParameters(defined: readonly Fields[], sent: readonly Fields[]): Fault {
  const of = (type: string) => sent.find((c) => String(c.type).toLowerCase() === type);
  const body = component(defined, 'BODY');
  const parameters = parametersOf(of('body'));
  const filled = isText(body?.text)
    ? lengthOf(body.text.replace(VARIABLE, '')) + parameters.reduce((sum, p) => sum + lengthOf(String(p.text ?? fields(p[String(p.type)]).fallback_value ?? '')), 0)
    : 0;
  return first(
    checkHeader(component(defined, 'HEADER'), parametersOf(of('header'))),
    body ? checkTexts(parameters, variablesIn(body.text), 'body') : null,
    unless(filled <= 1024, 132005, 'body: the translated text is too long'),
    checkSentButtons(
      buttonsOf(defined),
      sent.filter((c) => String(c.type).toLowerCase() === 'button'),
    ),
  );
}
