import type { Lever } from '../core/phones.ts';
import { isRefusal, type RefusalCode } from './errors.ts';

interface Scripted {
  readonly code: RefusalCode;
  /** To one phone; null: to anyone. */
  readonly to: string | null;
  /** By a `failed` status, after the message was accepted. */
  readonly late: boolean;
  left: number;
}
const FORM = 'write { "code": a code of Meta’s, "to"?: a phone, "count"?: how many sends (1), "late"?: true for a failed status after the accept }, or { "end": true }';

/**
 * Refusals for reasons that no simulator can have: a number that is not on WhatsApp, an account that cannot pay, a quality limit. They
 * are asked for by POST /sandbox/whatsapp/refusals, and given to the next sends.
 */
export function createScripted() {
  let waiting: Scripted[] = [];
  return {
    take(phone: string): { code: RefusalCode; late: boolean } | null {
      const found = waiting.find((s) => s.to === null || s.to === phone);
      if (!found) return null;
      found.left -= 1;
      if (found.left === 0) waiting = waiting.filter((s) => s !== found);
      return found;
    },
    lever: ((body) => {
      const { code, to = null, count = 1, late = false, end = false } = body;
      if (end === true) {
        const ended = waiting.length;
        waiting = [];
        return { ended };
      }
      if (!isRefusal(code) || (to !== null && typeof to !== 'string') || !Number.isInteger(count) || Number(count) < 1) return FORM;
      waiting.push({ code, to: to === null ? null : to.replace(/\D/g, ''), late: late === true, left: Number(count) });
      return { code, to, count, late: late === true };
    }) satisfies Lever,
  };
}
export type ScriptedRefusals = ReturnType<typeof createScripted>;
