import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford base32, lower case
let pool = Buffer.alloc(0);
let used = 0;

function random(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    pool = randomBytes(8192);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
}

/** A whole number from 0 to 2^53, the last `length` characters of it. */
function base32(value: number, length: number): string {
  let out = '';
  for (let rest = value, i = 0; i < length; i++, rest = Math.floor(rest / 32)) out = ALPHABET.charAt(rest % 32) + out;
  return out;
}

let lastMs = 0;
/** What does not change from one id to the next of the same millisecond: its time, and half of its randomness. */
let stem = '';
/** The other half, which counts up from a random begin; half of its values are left to count. */
let count = 0;

function begin(ms: number): void {
  lastMs = ms;
  stem = base32(ms, 10) + base32(random(5).readUIntBE(0, 5), 8);
  count = Math.floor(random(5).readUIntBE(0, 5) / 2);
}
/** New ids are greater than this one of an earlier process, whose clock may have been ahead of ours. */
export function continueIds(id: string): void {
  const ms = [...id.slice(id.indexOf('_') + 1).slice(0, 10)].reduce((n, c) => n * 32 + ALPHABET.indexOf(c), 0);
  if (ms >= lastMs) begin(ms + 1);
}

/** A new id: prefix, 10 characters of milliseconds, 16 of randomness; sortable, and increasing within a process (ULID). */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  if (nowMs <= lastMs) count++;
  else begin(nowMs);
  return prefix + stem + base32(count, 8);
}

const LAST_MS = 2 ** 50 - 1; // what ten characters hold
/** What stands before every id of this prefix that was made at `ms` or later. */
export const idAt = (prefix: string, ms: number): string => `${prefix}${base32(Math.min(LAST_MS, Math.max(0, Math.floor(ms))), 10)}`;
