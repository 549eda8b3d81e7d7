import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { hmacSha256 } from '../../adapters/_graph/hmac-sha256.ts';

const theirs = (secret: string, body: Buffer) => createHmac('sha256', secret).update(body).digest('hex');
const lengths = [0, 1, 55, 56, 63, 64, 65, 600, 16_383, 16_384, 16_385, 100_000];
const secrets = ['a', 'a'.repeat(32), 'a'.repeat(63), 'a'.repeat(64), 'a'.repeat(65), 'é'.repeat(32), 'é'.repeat(33), '\u0000'];

describe("HMAC-SHA256 is node:crypto's", () => {
  test.each(lengths)('of %d bytes, under secrets about the length of a block', (length) => {
    const body = Buffer.alloc(length, 'body');
    for (const secret of secrets) expect(hmacSha256({ id: 'k', secret }, body)).toBe(theirs(secret, body));
  });
  test('of any body after any other, under keys that take turns', () => {
    const keys = secrets.map((secret, i) => ({ id: `k${i}`, secret }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...keys), fc.uint8Array({ maxLength: 300 })), { minLength: 1, maxLength: 8 }), (turns) => {
        for (const [key, bytes] of turns) expect(hmacSha256(key, Buffer.from(bytes))).toBe(theirs(key.secret, Buffer.from(bytes)));
      }),
      { numRuns: 500 },
    );
  });
  test('of any secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), fc.uint8Array(), (secret, bytes) => {
        expect(hmacSha256({ id: 'k', secret }, Buffer.from(bytes))).toBe(theirs(secret, Buffer.from(bytes)));
      }),
    );
  });
  test('two keys with one id are two keys', () => {
    const body = Buffer.from('x');
    expect([hmacSha256({ id: 'k', secret: 'old' }, body), hmacSha256({ id: 'k', secret: 'new' }, body)]).toEqual([theirs('old', body), theirs('new', body)]);
  });
});
