import type { Answer } from '../core/platform-server.ts';
import { classOf } from './addresses.ts';
import type { Chosen } from './create-sender.ts';
import { refuse } from './errors.ts';

const LEAST_MS = 300_000;
const MOST_MS = 35 * 24 * 3_600_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** When it is to go: null is now. A Messaging Service alone schedules (sms.md 3.1). */
export function scheduleOf(form: URLSearchParams, { service, sender }: Chosen, now: number): number | null | Answer {
  const type = form.get('ScheduleType');
  if (!type) return null;
  if (type !== 'fixed') return refuse(35117);
  if (service === null) return refuse(35118);
  if (classOf(sender.address) === 'alphanumeric') return refuse(35126);
  const given = form.get('SendAt');
  if (!given) return refuse(35111);
  const at = ISO.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(at)) return refuse(35115, given);
  return at - now > LEAST_MS && at - now <= MOST_MS ? at : refuse(35114, given);
}
