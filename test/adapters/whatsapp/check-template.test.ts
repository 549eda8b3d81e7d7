import type { Template } from '../../../adapters/contract.ts';
import { checkTemplate } from '../../../adapters/whatsapp/check-template.ts';

const BODY = { type: 'BODY', text: 'Hi {{1}}, {{2}}.' };
const listed = (components: readonly unknown[], over: Partial<Template> = {}): Template => ({
  platformId: '1',
  name: 'slot',
  language: 'en_GB',
  status: 'APPROVED',
  named: false,
  components,
  ...over,
});
const texts = (...values: string[]) => values.map((text) => ({ type: 'text', text }));
const body = (...values: string[]) => ({ type: 'body', parameters: texts(...values) });
const button = (index: string | number, ...parameters: object[]) => ({ type: 'button', sub_type: 'url', index, parameters });
const buttons = (...all: object[]) => ({ type: 'BUTTONS', buttons: all });
const URL_BUTTON = { type: 'URL', text: 'Track', url: 'https://a.example/{{1}}' };
const check = (given: unknown[] | undefined, template: Template | null, language = 'en_GB') =>
  checkTemplate({ type: 'template', name: 'slot', language, ...(given ? { components: given } : {}) }, template ? [template] : []);

test.each<[string, unknown[] | undefined, Template]>([
  ['positional variables', [body('Ana', '10:00')], listed([BODY])],
  ['one variable used twice is one', [body('Ana')], listed([{ type: 'BODY', text: '{{1}}, yes {{1}}' }])],
  [
    'nothing to fill',
    undefined,
    listed([
      { type: 'BODY', text: 'Hi.' },
      { type: 'FOOTER', text: 'Bye' },
    ]),
  ],
  [
    'named variables in any order',
    [
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'b', text: '2' },
          { type: 'text', parameter_name: 'a', text: '1' },
        ],
      },
    ],
    listed([{ type: 'BODY', text: '{{a}} {{b}}' }], { named: true }),
  ],
  [
    'a picture as header',
    [{ type: 'header', parameters: [{ type: 'image', image: { link: 'x' } }] }],
    listed([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hi' },
    ]),
  ],
  ['a button with a variable, by number or text', [button(1, ...texts('t/9'))], listed([{ type: 'BODY', text: 'Hi' }, buttons({ type: 'QUICK_REPLY', text: 'Yes' }, URL_BUTTON)])],
  ['a payload for a quick reply, or none', [button('0', { type: 'payload', payload: 'X' })], listed([buttons({ type: 'QUICK_REPLY', text: 'Yes' })])],
  [
    'a code twice',
    [body('481920'), button('0', ...texts('481920'))],
    listed([{ type: 'BODY', text: '*{{1}}* is your code' }, buttons({ type: 'URL', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' })]),
  ],
  [
    'cards',
    [{ type: 'carousel', cards: [{ card_index: 0, components: [body('a')] }] }],
    listed([{ type: 'CAROUSEL', cards: [{ components: [{ type: 'BODY', text: '{{1}}' }] }] }]),
  ],
])('%s fit', (_what, given, template) => expect(check(given, template)).toBeNull());

test.each<[string, unknown[] | undefined, Template | null, string]>([
  ['no such name', [], null, 'the account has no template "slot"'],
  ['another language', [], listed([], { language: 'en' }), 'template "slot" has no language "en_GB", but en'],
  ['a rejected one', [], listed([], { status: 'REJECTED' }), 'template "slot" (en_GB) is REJECTED, not APPROVED'],
  ['a variable too few', [body('Ana')], listed([BODY]), 'body: the approved text has 2 variables ({{1}}, {{2}}), 1 given'],
  ['variables where there are none', [body('Ana')], listed([{ type: 'BODY', text: 'Hi' }]), 'body: the approved text has 0 variables, 1 given'],
  [
    'a name that is missing',
    [{ type: 'body', parameters: [{ type: 'text', parameter_name: 'b', text: '1' }] }],
    listed([{ type: 'BODY', text: '{{a}}' }], { named: true }),
    'body: no parameter has parameter_name "a"',
  ],
  ['a new line in a variable', [body('a\nb', 'c')], listed([BODY]), 'body: parameter 1 has a new line, a tab or more than four spaces in a row'],
  ['five spaces', [body('a', 'b     c')], listed([BODY]), 'body: parameter 2 has a new line, a tab or more than four spaces in a row'],
  ['no picture', undefined, listed([{ type: 'HEADER', format: 'IMAGE' }]), 'header: the template takes one image'],
  ['a video for a picture', [{ type: 'header', parameters: [{ type: 'video' }] }], listed([{ type: 'HEADER', format: 'IMAGE' }]), 'header: the template takes one image'],
  ['a button without its variable', undefined, listed([buttons(URL_BUTTON)]), 'button 0: the approved url has 1 variable, 0 given'],
  [
    'a variable of a static button',
    [button('0', ...texts('x'))],
    listed([buttons({ type: 'URL', url: 'https://a.example' })]),
    'button 0: the approved url has 0 variables, 1 given',
  ],
  ['a button that is not there', [button('2')], listed([buttons(URL_BUTTON)]), 'button 2: the template has 1 button'],
  ['no coupon', undefined, listed([buttons({ type: 'COPY_CODE' })]), 'button 0: the approved copy_code has 1 variable, 0 given'],
  ['a card too few', undefined, listed([{ type: 'CAROUSEL', cards: [{ components: [] }] }]), 'carousel: the template has 1 card, 0 given'],
  [
    'a variable of a card',
    [{ type: 'carousel', cards: [{ components: [] }] }],
    listed([{ type: 'CAROUSEL', cards: [{ components: [{ type: 'BODY', text: '{{1}}' }] }] }]),
    'card 0: body: the approved text has 1 variable ({{1}}), 0 given',
  ],
  ['what is no component', [7, null, 'x', { type: 3 }], listed([BODY]), 'body: the approved text has 2 variables ({{1}}, {{2}}), 0 given'],
])('%s is told', (_what, given, template, words) => expect(check(given, template)).toBe(words));
