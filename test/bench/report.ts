import { cpus, release, totalmem } from 'node:os';
import type { Findings, Table } from './bench-context.ts';
import { type Figures, GOALS, verdict } from './goals.ts';

export interface Report {
  readonly machine: string;
  readonly began: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly figures: Figures;
  readonly sections: Readonly<Record<string, Findings>>;
  readonly goals: Table;
}

export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;

export function goalTable(figures: Figures): Table {
  return {
    title: 'Goals',
    columns: ['what', 'figure', 'must', 'aim', 'holds', 'note'],
    rows: GOALS.map((goal) => {
      const { figure, verdict: held } = verdict(goal, figures);
      const bound = (value: number) => `${goal.is === 'at least' ? '>=' : '<='} ${Number(value.toFixed(2))}`;
      const computed = goal.computed?.(figures) ?? null;
      const bare = goal.bare?.(figures);
      const notes = [...(computed === null ? [] : [`computed: ${computed}`]), ...(bare === undefined ? [] : [`the bare floor has ${bare.toFixed(2)}`])];
      return [goal.what, figure === undefined ? '-' : Number(figure < 1 ? figure.toPrecision(3) : figure.toFixed(2)), bound(goal.must), bound(goal.aim), held, notes.join('; ')];
    }),
  };
}

/** A table in Markdown, aligned, so that it can be read here and pasted there. */
export function render({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [`\n### ${title}\n`, line(head), line(widths.map((w) => '-'.repeat(w))), ...rest.map(line), ''].join('\n');
}
