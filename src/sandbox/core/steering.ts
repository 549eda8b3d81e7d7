import { createFaults, type Faults } from './faults.ts';
import type { Answer, Asked } from './platform-server.ts';
import { createStats, type Stats } from './stats.ts';

/** What steers and watches the simulators from outside, shared by all that run together. */
export interface Steering {
  readonly faults: Faults;
  readonly stats: Stats;
  /** False: no rate limit holds. */
  readonly limits: boolean;
  /** /sandbox on the platform's own port; null: not one of its routes. */
  control?: (asked: Asked) => Answer | null;
}
export const createSteering = ({ limits = true, now = Date.now }: { limits?: boolean; now?: () => number } = {}): Steering => ({
  faults: createFaults(),
  stats: createStats(now),
  limits,
});
