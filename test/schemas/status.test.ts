import fc from 'fast-check';
import { advance, MessageState, STATUS_TABLE } from '../../schemas/status.ts';

const STATES = MessageState.options;
const replay = (start: MessageState, told: readonly MessageState[]) => told.reduce(advance, start);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}
const subsets = <T>(items: readonly T[]): T[][] => Array.from({ length: 2 ** items.length }, (_, bits) => items.filter((_item, i) => bits & (1 << i)));

// What a platform tells of one attempt. An attempt ends badly in one way: it fails, or it expires.
const stories = [
  ['sent', 'delivered', 'read', 'played', 'failed'],
  ['sent', 'delivered', 'read', 'played', 'expired'],
] as const satisfies readonly (readonly MessageState[])[];

test.each(['queued', 'unknown', 'sent'] as const)('from %s every order of arrival, with repeats, ends in the same state', (start) => {
  for (const told of stories.flatMap((story) => subsets<MessageState>(story))) {
    const ends = new Set(permutations(told).flatMap((order) => [replay(start, order), replay(start, [...order, ...order])]));
    expect([told, [...ends]]).toEqual([told, [expect.any(String)]]);
  }
});

test('repeats and stragglers anywhere change nothing', () => {
  const story = fc.constantFrom(...stories);
  const told = story.chain((states) => fc.array(fc.constantFrom<MessageState>(...states), { maxLength: 12 }));
  const pairs = told.chain((order) => fc.shuffledSubarray(order, { minLength: order.length }).map((shuffled) => [order, shuffled] as const));
  fc.assert(fc.property(pairs, ([order, shuffled]) => expect(replay('queued', shuffled)).toBe(replay('queued', order))));
});

test.each<[MessageState, MessageState, MessageState]>([
  ['queued', 'sent', 'sent'],
  ['delivered', 'sent', 'delivered'],
  ['sent', 'queued', 'sent'],
  ['unknown', 'failed', 'failed'],
  ['sent', 'unknown', 'sent'],
  ['failed', 'sent', 'failed'],
  ['failed', 'delivered', 'delivered'],
  ['expired', 'read', 'read'],
  ['delivered', 'failed', 'delivered'],
  ['played', 'read', 'played'],
  ['canceled', 'sent', 'canceled'],
  ['queued', 'canceled', 'canceled'],
  ['sent', 'canceled', 'sent'],
])('%s, then %s: %s', (current, next, expected) => expect(advance(current, next)).toBe(expected));

test('the table has a row for every state and never leads back', () => {
  expect(Object.keys(STATUS_TABLE).sort()).toEqual([...STATES].sort());
  const reach = (from: MessageState, seen = new Set<MessageState>()): Set<MessageState> => {
    for (const next of STATUS_TABLE[from]) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  for (const state of STATES) expect([state, reach(state).has(state)]).toEqual([state, false]);
});
