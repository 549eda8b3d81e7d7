import type { Clock } from '../core/clock.ts';
import type { MessengerAccount } from './accounts.ts';

const [MINUTE, DAY] = [60_000, 24 * 3_600_000];
/** Calls of a day for each engaged person, and the name that Graph gives to the pool (messenger.md 7). */
const POOLS = { messenger: { perPerson: 200, type: 'messenger' }, pages: { perPerson: 4800, type: 'pages' } } as const;
export type Pool = keyof typeof POOLS;
/** A business with so many people is not slowed by the day's pool before its second's. */
const ENGAGED = 100_000;
/** "Present once usage is noticeable" (messenger.md 7). */
const NOTICEABLE = 1;

/** Counts calls of the last 24 hours by the minute: a time for each call would be millions. */
function createDay(now: () => number) {
  const minutes = new Map<number, number>();
  const sweep = () => {
    for (const at of minutes.keys()) if (at * MINUTE <= now() - DAY) minutes.delete(at);
  };
  return {
    add(): void {
      const at = Math.floor(now() / MINUTE);
      minutes.set(at, (minutes.get(at) ?? 0) + 1);
    },
    count(): number {
      sweep();
      return [...minutes.values()].reduce((sum, n) => sum + n, 0);
    },
    /** Minutes until the oldest calls fall out. */
    regain(): number {
      const first = Math.min(...minutes.keys());
      return minutes.size ? Math.ceil((first * MINUTE + DAY - now()) / MINUTE) : 0;
    },
  };
}

/** How much of a day's calls an account has used: told in headers on every answer, and the end of it at 100 %. */
export function createUsage(clock: Clock) {
  const days = new Map<string, ReturnType<typeof createDay>>();
  const dayOf = (account: MessengerAccount, pool: Pool) => {
    const key = `${account.id} ${pool}`;
    const day = days.get(key) ?? createDay(clock.now);
    days.set(key, day);
    return day;
  };
  const mostOf = (account: MessengerAccount, pool: Pool) => (account.engagedUsers ?? ENGAGED) * POOLS[pool].perPerson;
  return {
    /** Whether one more call fits the day; then it is counted. */
    take(account: MessengerAccount, pool: Pool): boolean {
      const day = dayOf(account, pool);
      if (day.count() >= mostOf(account, pool)) return false;
      day.add();
      return true;
    },
    headers(account: MessengerAccount): Record<string, string> {
      const rows = (Object.keys(POOLS) as Pool[]).map((pool) => {
        const day = dayOf(account, pool);
        const percent = Math.min(Math.floor((day.count() * 100) / mostOf(account, pool)), 100);
        const wait = percent >= 100 ? day.regain() : 0;
        return { type: POOLS[pool].type, call_count: percent, total_cputime: Math.floor(percent / 4), total_time: Math.floor(percent / 3), estimated_time_to_regain_access: wait };
      });
      const told = rows.filter((row) => row.call_count >= NOTICEABLE);
      if (!told.length) return {};
      const most = Math.max(...told.map((row) => row.call_count));
      return {
        'x-app-usage': JSON.stringify({ call_count: most, total_cputime: Math.floor(most / 4), total_time: Math.floor(most / 3) }),
        'x-business-use-case-usage': JSON.stringify({ [account.id]: told }),
      };
    },
  };
}
export type Usage = ReturnType<typeof createUsage>;
