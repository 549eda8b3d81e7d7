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

function base32(value: bigint, length: number): string {
  let out = '';
  for (let rest = value, i = 0; i < length; i++, rest >>= 5n) out = ALPHABET[Number(rest & 31n)] + out;
  return out;
}

let lastMs = 0;
let tail = 0n;

function freshTail(): bigint {
  return BigInt(`0x${random(10).toString('hex')}`) >> 1n; // head-room for increments
}
/** New ids are greater than this one of an earlier process, whose clock may have been ahead of ours. */
export function continueIds(id: string): void {
  const ms = [...id.slice(id.indexOf('_') + 1).slice(0, 10)].reduce((n, c) => n * 32 + ALPHABET.indexOf(c), 0);
  if (ms < lastMs) return;
  lastMs = ms + 1;
  tail = freshTail();
}

/** A new id: prefix, 10 characters of milliseconds, 16 of randomness; sortable, and increasing within a process (ULID). */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  if (nowMs <= lastMs) {
    tail += 1n;
  } else {
    lastMs = nowMs;
    tail = freshTail();
  }
  return `${prefix}${base32(BigInt(lastMs), 10)}${base32(tail, 16)}`;
}

const LAST_MS = 2 ** 50 - 1; // what ten characters hold
/** What stands before every id of this prefix that was made at `ms` or later. */
export const idAt = (prefix: string, ms: number): string => `${prefix}${base32(BigInt(Math.min(LAST_MS, Math.max(0, Math.floor(ms)))), 10)}`;
