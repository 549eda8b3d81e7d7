import { createHmac, timingSafeEqual } from 'node:crypto';

const DAY = 86_400;

/** Makes links `<publicUrl>/media/<id>?exp=<unix seconds>&sig=<…>`; the signature binds id and expiry. Expiry is rounded up to the day, so that links repeat. */
export function createMediaLinks({ publicUrl, key, days }: { publicUrl: string; key: Uint8Array; days: number }) {
  const base = publicUrl.replace(/\/$/, '');
  const sign = (id: string, exp: number) => createHmac('sha256', key).update(`media:${id}:${exp}`).digest('base64url').slice(0, 32);
  return {
    make(id: string, nowMs: number): string {
      const exp = (Math.ceil(nowMs / 1000 / DAY) + days) * DAY;
      return `${base}/media/${id}?exp=${exp}&sig=${sign(id, exp)}`;
    },
    valid(id: string, exp: number, sig: string): boolean {
      const expected = Buffer.from(sign(id, exp));
      const given = Buffer.from(sig);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
