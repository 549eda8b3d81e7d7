import { CUSTOMER, hello, meta, ONE } from './target.ts';

const deep = (n: number) => '['.repeat(n) + ']'.repeat(n);
const bent = (words: string, bytes: readonly number[]) => {
  const [head = '', tail = ''] = hello(words).split(words);
  return Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]);
};
const keys = () => `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`;

/** Signed and strange: 200, and an event or a dead letter; never a 5xx. */
export const SIGNED: readonly (readonly [string, () => Buffer | string])[] = [
  ['empty', () => ''],
  ['a space', () => ' '],
  ['null', () => 'null'],
  ['a number', () => '7'],
  ['a string', () => '"words"'],
  ['a list', () => '[]'],
  ['an empty object', () => '{}'],
  ['half of an object', () => '{"object":'],
  ['no entry', () => '{"object":"whatsapp_business_account"}'],
  [
    'entries of every wrong kind',
    () => '{"object":"whatsapp_business_account","entry":[null,7,"x",[],{"changes":null},{"changes":{}},{"id":1,"changes":[null,{"field":7},{"field":"messages","value":[]}]}]}',
  ],
  ['an object nobody knows', () => '{"object":"toString","entry":[]}'],
  ['the object is __proto__', () => '{"object":"__proto__","entry":[]}'],
  ['a BOM', () => `\ufeff${hello('after a BOM')}`],
  ['invalid UTF-8', () => bent('UTF', [0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80])],
  ['a null byte, raw', () => bent('NUL', [0])],
  ['a null byte, escaped', () => hello('NUL').replace('NUL', 'a\\u0000b')],
  ['lone surrogates', () => hello('SUR').replace('SUR', '\\ud800x\\udfff')],
  ['200,000 brackets', () => deep(200_000)],
  ['a message with 50,000 brackets in it', () => hello('abyss').replace('"type":"text"', `"type":"text","abyss":${deep(50_000)}`)],
  ['100,000 keys', () => keys()],
  ['a message with 100,000 keys in it', () => hello('wide').replace('"type":"text"', `"type":"text","wide":${keys()}`)],
  ['__proto__ and constructor', () => hello('proto').replace('"type":"text"', '"type":"text","__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}')],
  ['a number of 400 digits as id', () => hello('digits').replace(/"wamid\.H\d+"/, '9'.repeat(400))],
  ['an id of 100 kB', () => hello('id').replace(/wamid\.H\d+/, 'w'.repeat(100_000))],
  ['the same key twice', () => hello('twice').replace('"type":"text"', '"type":"text","type":"image"')],
  ['a timestamp that is no time', () => hello('time').replace('1795341600', 'yesterday')],
  ['a timestamp of the year 300000', () => hello('time').replace('1795341600', '9999999999999999')],
  ['from is an object', () => hello('from').replace(`"from":"${CUSTOMER}"`, '"from":{"$ne":null}')],
  ['a phone_number_id like a path', () => hello('path').replace(ONE, '../../etc/passwd')],
  ['SQL in a name and an id', () => hello('sql').replace(/wamid\.H\d+/, "x'); DROP TABLE events;--")],
  [
    '10,000 messages in one body',
    () =>
      hello('many').replace(
        /"messages":\[(.*)\]\}\}\]\}\]\}$/s,
        (_, m: string) => `"messages":[${Array.from({ length: 10_000 }, () => m.replace(/wamid\.H\d+/, 'wamid.SAME')).join(',')}]}}]}]}`,
      ),
  ],
  ['a form where JSON is expected', () => 'object=whatsapp_business_account&entry[]=1'],
];

/** Every wrong signature gets the same answer. */
export function wrongSignatures(body: string): Readonly<Record<string, Record<string, string>>> {
  const right = meta(body);
  const hex = right.slice(7);
  const of = (value: string) => ({ 'x-hub-signature-256': value });
  return {
    empty: of(''),
    'the scheme alone': of('sha256='),
    truncated: of(right.slice(0, -2)),
    'too long': of(`${right}00`),
    'upper case': of(`sha256=${hex.toUpperCase()}`),
    'an upper-case scheme': of(`SHA256=${hex}`),
    'no scheme': of(hex),
    'no hex': of(`sha256=${'zz'.repeat(32)}`),
    base64: of(`sha256=${Buffer.from(hex, 'hex').toString('base64')}`),
    'one digit off': of(right.slice(0, -1) + (right.endsWith('0') ? '1' : '0')),
    'another secret': of(meta(body, 'another')),
    'the empty secret': of(meta(body, '')),
    'of another body': of(meta(`${body} `)),
    'two in one': of(`sha256=${'0'.repeat(64)}, ${right}`),
  };
}
