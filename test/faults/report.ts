import type { Outcome } from './run-scenario.ts';

const COLUMNS: readonly (readonly [string, (o: Outcome) => string | number])[] = [
  ['fault', (o) => o.name],
  ['starts', (o) => o.starts],
  ['acknowledged', (o) => o.verdict.acknowledged],
  ['lost', (o) => o.verdict.lost],
  ['doubled', (o) => o.verdict.doubled],
  ['out of order', (o) => o.verdict.outOfOrder],
  ['`seq` gaps', (o) => o.verdict.seqGaps],
  ['ledger differs', (o) => o.verdict.ledger],
  ['Kafka differs', (o) => o.verdict.kafkaDiffers],
  ['replies', (o) => o.verdict.replies],
  ['accepted twice', (o) => o.verdict.repliesTwice],
  ['unexplained', (o) => o.verdict.repliesLost],
  ['in doubt', (o) => o.verdict.inDoubt],
  ['longest silence', (o) => `${(o.longestSilenceMs / 1000).toFixed(1)} s`],
];

/** A table as README has it, and below it in words what does not hold. */
export function report(outcomes: readonly Outcome[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const wrong = outcomes.flatMap((o) => (o.good ? [] : [`${o.name}: ${o.verdict.findings.join('; ') || 'nothing was acknowledged'}`]));
  return [
    line(COLUMNS.map(([name]) => name)),
    line(COLUMNS.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...outcomes.map((o) => line(COLUMNS.map(([, of]) => of(o)))),
    ...wrong.map((w) => `NOT HELD: ${w}`),
  ].join('\n');
}
