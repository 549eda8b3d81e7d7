import type { Of } from '../_content/piece.ts';
import { type Loose, list, number, object, text } from '../_graph/loose.ts';
import type { Template } from '../contract.ts';

const variablesOf = (value: unknown): string[] => [...new Set([...(text(value) ?? '').matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name ?? ''))];
const typeOf = (component: unknown): string => (text(object(component).type) ?? '').toLowerCase();
const named = (components: readonly unknown[], type: string): Loose[] => components.filter((c) => typeOf(c) === type).map(object);
const parametersOf = (components: readonly Loose[]): Loose[] => components.flatMap((c) => list(c.parameters).map(object));
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
/** Text parameters have no new lines, tabs or more than four spaces (whatsapp.md 5.6). */
const UNFIT = /[\n\r\t]| {5}/;

/** `wanted`: the variables that the approved text has there; `isNamed`: parameters name theirs. */
function faultOfText(where: string, given: readonly Loose[], { wanted, isNamed }: { wanted: readonly string[]; isNamed: boolean }): string | null {
  const shown = wanted.length ? ` (${wanted.map((v) => `{{${v}}}`).join(', ')})` : '';
  if (given.length !== wanted.length) return `${where}: the approved text has ${count(wanted.length, 'variable')}${shown}, ${given.length} given`;
  const names = given.map((p) => text(p.parameter_name));
  const missing = isNamed ? wanted.find((name) => !names.includes(name)) : undefined;
  if (missing !== undefined) return `${where}: no parameter has parameter_name ${JSON.stringify(missing)}`;
  const unfit = given.findIndex((p) => UNFIT.test(text(p.text) ?? ''));
  return unfit < 0 ? null : `${where}: parameter ${unfit + 1} has a new line, a tab or more than four spaces in a row`;
}

function faultOfHeader(given: readonly Loose[], approved: Loose | undefined, isNamed: boolean): string | null {
  const format = (text(approved?.format) ?? 'TEXT').toUpperCase();
  if (format === 'TEXT') return faultOfText('header', given, { wanted: variablesOf(approved?.text), isNamed });
  const [only] = given;
  return given.length === 1 && typeOf(only) === format.toLowerCase() ? null : `header: the template takes one ${format.toLowerCase()}`;
}

/** Buttons by their place in the template; what a static one is given is an error of its own. */
function faultOfButtons(given: readonly Loose[], approved: readonly Loose[]): string | null {
  for (const component of given)
    if (approved[number(component.index) ?? -1] === undefined) return `button ${text(component.index) ?? 'without an index'}: the template has ${count(approved.length, 'button')}`;
  for (const [i, button] of approved.entries()) {
    const parameters = parametersOf(given.filter((c) => number(c.index) === i));
    const type = typeOf(button);
    const wanted = type === 'url' ? variablesOf(button.url).length : type === 'copy_code' ? 1 : undefined;
    if (wanted !== undefined && parameters.length !== wanted) return `button ${i}: the approved ${type} has ${count(wanted, 'variable')}, ${parameters.length} given`;
  }
  return null;
}

function faultOfCards(given: readonly Loose[], approved: readonly Loose[], isNamed: boolean): string | null {
  if (given.length !== approved.length) return `carousel: the template has ${count(approved.length, 'card')}, ${given.length} given`;
  for (const [i, card] of approved.entries()) {
    const fault = faultOfParts(list(given[i]?.components), list(card.components), isNamed);
    if (fault) return `card ${i}: ${fault}`;
  }
  return null;
}

function faultOfParts(given: readonly unknown[], approved: readonly unknown[], isNamed: boolean): string | null {
  const [header, body, buttons] = [named(approved, 'header')[0], named(approved, 'body')[0], named(approved, 'buttons')[0]];
  const cards = (components: readonly unknown[]) => named(components, 'carousel').flatMap((c) => list(c.cards).map(object));
  return (
    faultOfHeader(parametersOf(named(given, 'header')), header, isNamed) ??
    faultOfText('body', parametersOf(named(given, 'body')), { wanted: variablesOf(body?.text), isNamed }) ??
    faultOfButtons(named(given, 'button'), list(buttons?.buttons).map(object)) ??
    faultOfCards(cards(given), cards(approved), isNamed)
  );
}

/** A template against what the platform lists under its name: language, approval, and the variables of every component. */
export function checkTemplate({ name, language, components }: Of<'template'>, listed: readonly Template[]): string | null {
  if (!listed.length) return `the account has no template ${JSON.stringify(name)}`;
  const found = listed.find((t) => t.language === language);
  if (!found) return `template ${JSON.stringify(name)} has no language ${JSON.stringify(language)}, but ${listed.map((t) => t.language).join(', ')}`;
  if (found.status !== 'APPROVED') return `template ${JSON.stringify(name)} (${language}) is ${found.status}, not APPROVED`;
  return faultOfParts(components ?? [], found.components, found.named);
}
