import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

export interface Upload {
  readonly account: string;
  readonly type: string;
  readonly mimeType: string;
  /** Where its bytes are seen. */
  readonly url: string;
}
/** "Ids expire after 90 days and are usable only by the same Page" (messenger.md 8.2). */
const LIFE_MS = 90 * 24 * 3_600_000;

export function createUploads(clock: Clock) {
  const kept = new Map<string, Upload & { until: number }>();
  return {
    keep(upload: Upload): string {
      const id = `18${randomInt(10 ** 13, 10 ** 14 - 1)}`;
      kept.set(id, { ...upload, until: clock.now() + LIFE_MS });
      return id;
    },
    find(account: string, id: string): Upload | undefined {
      const found = kept.get(id);
      return found && found.account === account && found.until > clock.now() ? found : undefined;
    },
  };
}
export type Uploads = ReturnType<typeof createUploads>;
