import { createHash } from 'node:crypto';
import { EVENT_NAMESPACE, eventId, ID_PARTS, ID_PREFIXES } from '../../schemas/ids.ts';

// Made with another implementation: Python's uuid.uuid5 over json.dumps(parts, separators=(',', ':'), ensure_ascii=False).
test.each([
  [['whatsapp', '207700000000123', 'message', 'wamid.A'], 'f15ab2f9-8f9c-5de0-acf8-b210f9b260ed'],
  [['whatsapp', '207700000000123', 'status', 'wamid.A', '', 'delivered'], 'ccc1090c-ed8a-5636-b1b5-6d27d4ad6930'],
  [['sms', 'AC1 +1', 'message', 'é😀'], 'ae4b2d8c-252d-568a-9edb-a5b3c7c81358'],
])('%j has the id that any UUIDv5 gives', (parts, id) => expect(eventId(parts)).toBe(id));

test('so has one of thousands of bytes, and a short one after it', () => {
  expect(eventId(['whatsapp', '1', 'message', 'é😀'.repeat(1000)])).toBe('13d79c6d-a911-5843-8edc-6659057a5455');
  expect(eventId(['whatsapp', '207700000000123', 'message', 'wamid.A'])).toBe('f15ab2f9-8f9c-5de0-acf8-b210f9b260ed');
});

test('the namespace is UUIDv5 of events.parlance.dev under DNS', () => {
  const hash = createHash('sha1').update(Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex')).update('events.parlance.dev').digest('hex');
  const variant = ((Number.parseInt(hash[16]!, 16) & 3) | 8).toString(16);
  expect(EVENT_NAMESPACE.replaceAll('-', '')).toBe(`${hash.slice(0, 12)}5${hash.slice(13, 16)}${variant}${hash.slice(17, 32)}`);
});

describe('the table of id parts', () => {
  const rows = Object.entries(ID_PARTS) as [string, readonly string[]][];
  const platform = rows.filter(([, parts]) => parts[0] === 'channelType');
  const own = rows.filter(([, parts]) => parts[0] !== 'channelType');

  test.each(platform)('%s: channel type, account, its own meaning, then what tells it apart', (kind, parts) => {
    expect(parts.slice(0, 3)).toEqual(['channelType', 'account', kind]);
    expect(parts.length).toBeGreaterThan(3);
  });

  test.each(own)('%s: the gateway’s own begins with parlance, which is no channel type', (_kind, parts) => {
    expect(parts[0]).toBe('parlance');
    expect(parts.length).toBeGreaterThan(2);
  });

  test('no two kinds can make the same id', () => {
    const meanings = [...platform.map(([, parts]) => `* ${parts[2]}`), ...own.map(([, parts]) => `parlance ${parts[1]}`)];
    expect(new Set(meanings).size).toBe(rows.length);
  });

  test('every discriminator counts, and the bounds between parts do too', () => {
    for (const [, parts] of rows) {
      const id = eventId(parts);
      for (let i = 0; i < parts.length; i++) expect(eventId(parts.with(i, `${parts[i]}x`))).not.toBe(id);
      expect(eventId([...parts, ''])).not.toBe(id);
    }
    expect(eventId(['a', 'b","c'])).not.toBe(eventId(['a', 'b', 'c']));
  });
});

test('prefixes of ids are told apart', () => {
  const prefixes = Object.values(ID_PREFIXES);
  expect(new Set(prefixes).size).toBe(prefixes.length);
  for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]+_$/);
});
