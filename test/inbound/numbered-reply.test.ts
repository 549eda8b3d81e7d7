import fc from 'fast-check';
import { matchReply } from '../../src/inbound/numbered-reply.ts';

const menuOf = (...titles: string[]) => titles.map((title, i) => ({ n: i + 1, id: `id_${i + 1}`, title }));
const SUPPORT = menuOf('Track my parcel', 'Change delivery address', 'Café opening hours', 'Talk to an agent');

test.each([
  ['2', 2],
  [' 2. ', 2],
  ['2)', 2],
  ['(2)', 2],
  ['#2', 2],
  ['no. 2', 2],
  ['Option 2', 2],
  ['02', 2],
  ['2️⃣', 2],
  ['２', 2],
  ['٢', 2],
  ['२', 2],
  ['๒', 2],
  ['2nd', 2],
  ['second', 2],
  ['The second one!', 2],
  ['Second option please', 2],
  ['two', 2],
  ['number two', 2],
  ['last', 4],
  ['the last one', 4],
  ['Change delivery address', 2],
  ['change DELIVERY address.', 2],
  ['2. Change delivery address', 2],
  ['2 change delivry address', 2],
  ['chnage delivery adress', 2],
  ['cafe opening hours', 3],
  ['CAFE\u0301 — opening hours', 3],
  ['Talk to an agent, please', 4],
  ['trackmyparcel', 1],
  ['', null],
  ['  ', null],
  ['?!', null],
  ['5', null],
  ['0', null],
  ['-', null],
  ['22', null],
  ['2 3', null],
  ['1 or 2', null],
  ['2 parcels are missing', null],
  ['3. Change delivery address', null],
  ['address', null],
  ['I want to change my delivery address', null],
  ['not the second one', null],
  ['no one', null],
  ['no', null],
  ['the', null],
  [`2${' '.repeat(400)}`, null],
])('%j means option %j', (text, n) => expect(matchReply(text, SUPPORT)?.n ?? null).toBe(n));

test.each([
  ['numbers as titles may mean two options', menuOf('2', '3', '4'), '3', null],
  ['and one where both ways lead to it', menuOf('1', '2', '3'), '2', 2],
  ['a number that is only a title', menuOf('10', '20', '30'), '20', 2],
  ['two near titles', menuOf('Order shoes', 'Order shoez'), 'Order shoe', null],
  ['the exact one of two near titles', menuOf('Order shoes', 'Order shoez'), 'order shoes', 1],
  ['equal titles', menuOf('Yes', 'Yes'), 'yes', null],
  ['a short word bears no slip', menuOf('Plan A', 'Cancel'), 'Plan B', null],
  ['nor does a number', menuOf('Room 12', 'Cancel'), 'Room 13', null],
  ['nor a first letter', menuOf('Typical use', 'Other'), 'atypical use', null],
  ['a slip in a word of four', menuOf('Home', 'Office'), 'Hme', null],
  ['a slip in a word of six', menuOf('Home', 'Office'), 'Ofice', 2],
  ['swapped letters', menuOf('Home', 'Office'), 'Offcie', 2],
  ['an apostrophe', menuOf("I don't know", 'Yes'), 'I dont know', 1],
  ['sharp s', menuOf('Straße', 'Weg'), 'strasse', 1],
  ['a title that begins with an ordinal', menuOf('Economy', 'First class'), 'first class', 2],
  ['Chinese', menuOf('查询订单', '联系客服'), '联系客服。', 2],
  ['Thai vowels tell words apart', menuOf('มา', 'มี'), 'มี', 2],
  ['Arabic without its vowel marks', menuOf('كَلِمَة', 'نعم'), 'كلمة', 1],
  ['an emoji', menuOf('👍', '👎'), '👎', 2],
  [
    'numbers that go on from an earlier menu',
    [
      { n: 4, id: 'x', title: 'A' },
      { n: 5, id: 'y', title: 'B' },
    ],
    '5',
    5,
  ],
  ['no menu', [], '1', null],
] as const)('%s', (_what, menu, text, n) => expect(matchReply(text, menu)?.n ?? null).toBe(n));

test('its own number and title always mean an option whose title is unlike the others; any words are read in a moment', () => {
  const titles = fc.uniqueArray(fc.stringMatching(/^[a-z]{5,12} [a-z]{5,12}$/), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(titles, fc.nat(), (all, pick) => {
      const menu = menuOf(...all);
      const option = menu[pick % menu.length];
      expect(matchReply(`${option?.n}.`, menu)).toEqual(option);
      expect(matchReply(option?.title.toUpperCase() ?? '', menu)).toEqual(option);
    }),
  );
  const long = menuOf(...Array.from({ length: 200 }, (_, i) => `${'word'.repeat(60)}${i}`));
  const before = process.cpuUsage();
  for (let i = 0; i < 20; i++) expect(matchReply('worx'.repeat(75), long)).toBeNull();
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
