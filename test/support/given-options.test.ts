import { givenOptions } from './given-options.ts';

const options = { quick: { type: 'boolean', default: false }, json: { type: 'string' } } as const;
test.each([
  ['nothing', [], { quick: false }],
  ['what it knows', ['--quick', '--json', 'a.json'], { quick: true, json: 'a.json' }],
  ['a question', ['--quick', '--help'], { code: 0, text: 'USAGE' }],
  ['what it does not know', ['--fast'], { code: 2, text: expect.stringMatching(/--fast.*\nUSAGE$/s) }],
  ['an option without its value', ['--json'], { code: 2, text: expect.stringMatching(/--json.*\nUSAGE$/s) }],
  ['a word', ['peak'], { code: 2, text: expect.stringMatching(/peak.*\nUSAGE$/s) }],
])('a command given %s', (_what, args, expected) => expect(givenOptions('USAGE', options, args)).toEqual(expected));
