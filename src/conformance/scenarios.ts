import type { FaultKind } from '../sandbox/core/fault-kinds.ts';
import type { Platform } from '../standalone-sandbox.ts';

/** What a gateway must do, as data: what happens, and what has to be true afterwards (checks.ts). Add a row here, and a defect that fails it in test/. */
export const ROWS = ['nothing lost', 'one effect', 'order', 'limits', 'window', 'forged refused', 'unknown kept', 'books balance'] as const;
export type Row = (typeof ROWS)[number];
/** What these look at is every channel's at once, and must be at rest: nothing else goes on beside them. */
export const WHOLE_GATEWAY: ReadonlySet<Row> = new Set<Row>(['books balance']);
export type CheckName =
  | 'every message has its event'
  | 'no message has two events'
  | 'events are in the order written'
  | 'seq has no gap'
  | 'every reply arrives'
  | 'no reply arrives twice'
  | 'replies arrive in order'
  | 'no call is refused for its rate'
  | 'a closed window is told, and tried once'
  | 'strangers are not written to'
  | 'nothing forged is acknowledged'
  | 'nothing forged has an event'
  | 'what is unknown is kept'
  | 'the books balance';
export interface Trial {
  readonly kind: FaultKind;
  readonly share: number;
}
export interface Scenario {
  readonly row: Row;
  readonly platform: Platform;
  /** Goes wrong while customers write, and for how long at least. */
  readonly inbound?: { readonly faults: readonly Trial[]; readonly seconds: number };
  /** Goes wrong while the business replies, until `seconds` after its last reply. */
  readonly outbound?: { readonly faults: readonly Trial[]; readonly seconds: number };
  readonly customers: number;
  /** Texts of each customer, one after the other. */
  readonly writes: number;
  /** Replies to each customer, handed over at once and in order. */
  readonly replies: number;
  /** Replies to phones that never wrote. */
  readonly strangers?: number;
  /** Time that passes for the platform before the replies. */
  readonly advanceSeconds?: number;
  /** What was refused does not come again: Twilio tries such a webhook once. */
  readonly gone?: boolean;
  /** How long the last of it may take. */
  readonly patienceSeconds: number;
  readonly checks: readonly CheckName[];
}
const DAY_S = 86_400;
const quiet = { customers: 10, writes: 3, replies: 0, patienceSeconds: 30 } as const;
/** A call that Meta's pages refuse for its rate is tried again after a minute, and what follows it in its conversation comes later still. */
const PAST_A_MINUTE_S = 150;

export const SCENARIOS: readonly Scenario[] = [
  {
    ...quiet,
    row: 'nothing lost',
    platform: 'whatsapp',
    inbound: {
      faults: [
        { kind: 'lost-answer', share: 0.3 },
        { kind: 'delay', share: 0.2 },
        { kind: 'old-signature', share: 0.2 },
      ],
      seconds: 1,
    },
    outbound: {
      faults: [
        { kind: '130429-burst', share: 0.2 },
        { kind: 'connection-refused', share: 0.3 },
      ],
      seconds: 2,
    },
    replies: 1,
    patienceSeconds: 60,
    checks: ['every message has its event', 'every reply arrives'],
  },
  {
    ...quiet,
    row: 'nothing lost',
    platform: 'messenger',
    inbound: {
      faults: [
        { kind: 'lost-answer', share: 0.3 },
        { kind: 'delay', share: 0.2 },
      ],
      seconds: 1,
    },
    outbound: { faults: [{ kind: '429-burst', share: 0.3 }], seconds: 1 },
    replies: 1,
    patienceSeconds: PAST_A_MINUTE_S,
    checks: ['every message has its event', 'every reply arrives'],
  },
  {
    ...quiet,
    row: 'nothing lost',
    platform: 'sms',
    inbound: { faults: [{ kind: 'delay', share: 0.3 }], seconds: 1 },
    outbound: { faults: [{ kind: '20429-burst', share: 0.3 }], seconds: 1 },
    replies: 1,
    patienceSeconds: 60,
    checks: ['every message has its event', 'every reply arrives'],
  },
  ...(['whatsapp', 'messenger', 'sms'] as const).map(
    (platform): Scenario => ({
      ...quiet,
      row: 'one effect',
      platform,
      inbound: {
        faults: [
          { kind: 'duplicate', share: 0.7 },
          { kind: 'lost-answer', share: 0.2 },
        ],
        seconds: 2,
      },
      outbound: {
        faults: [
          { kind: 'reset-after-write', share: 0.25 },
          { kind: '5xx-after-accept', share: 0.25 },
          { kind: 'half-answer', share: 0.25 },
        ],
        seconds: 1,
      },
      replies: 1,
      checks: ['no message has two events', 'no reply arrives twice'],
    }),
  ),
  ...(['whatsapp', 'messenger', 'sms'] as const).map(
    (platform): Scenario => ({
      ...quiet,
      row: 'order',
      platform,
      outbound: { faults: [{ kind: '429-burst', share: 0.2 }], seconds: 1 },
      customers: 5,
      writes: 6,
      replies: 3,
      patienceSeconds: platform === 'messenger' ? PAST_A_MINUTE_S : 60,
      checks: ['events are in the order written', 'seq has no gap', 'replies arrive in order'],
    }),
  ),
  { ...quiet, row: 'limits', platform: 'whatsapp', customers: 60, writes: 1, replies: 3, patienceSeconds: 60, checks: ['every reply arrives', 'no call is refused for its rate'] },
  { ...quiet, row: 'limits', platform: 'whatsapp', customers: 1, writes: 1, replies: 47, patienceSeconds: 60, checks: ['every reply arrives', 'no call is refused for its rate'] },
  ...(['whatsapp', 'messenger'] as const).map(
    (platform): Scenario => ({
      ...quiet,
      row: 'window',
      platform,
      customers: 3,
      writes: 1,
      replies: 1,
      advanceSeconds: DAY_S + 1,
      patienceSeconds: 20,
      checks: ['a closed window is told, and tried once'],
    }),
  ),
  { ...quiet, row: 'window', platform: 'whatsapp', customers: 1, writes: 1, strangers: 3, patienceSeconds: 20, checks: ['strangers are not written to'] },
  ...(['whatsapp', 'messenger', 'sms'] as const).map(
    (platform): Scenario => ({
      ...quiet,
      row: 'forged refused',
      platform,
      inbound: { faults: [{ kind: 'wrong-signature', share: 1 }], seconds: 1.5 },
      customers: 5,
      writes: 1,
      gone: platform === 'sms',
      checks: ['nothing forged is acknowledged', 'nothing forged has an event', ...(platform === 'sms' ? [] : (['every message has its event'] as const))],
    }),
  ),
  ...(['whatsapp', 'messenger', 'sms'] as const).map(
    (platform): Scenario => ({
      ...quiet,
      row: 'unknown kept',
      platform,
      inbound: {
        faults: [
          { kind: 'unknown-type', share: 0.5 },
          { kind: 'unknown-field', share: 0.5 },
        ],
        seconds: 1,
      },
      customers: 5,
      writes: 2,
      checks: ['every message has its event', ...(platform === 'sms' ? [] : (['what is unknown is kept'] as const))],
    }),
  ),
  {
    ...quiet,
    row: 'books balance',
    platform: 'whatsapp',
    inbound: {
      faults: [
        { kind: 'duplicate', share: 0.5 },
        { kind: 'unknown-type', share: 0.3 },
      ],
      seconds: 1,
    },
    replies: 1,
    checks: ['the books balance'],
  },
];
