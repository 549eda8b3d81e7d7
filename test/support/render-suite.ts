import type { ChannelAdapter, Loss, MenuOption, RenderContext } from '../../adapters/contract.ts';
import type { OutboundContent } from '../../schemas/index.ts';

/** One row of a table of rendering: content, the bodies of its calls in order, the codes of what is lost, and what else the context says. */
export type Row = readonly [what: string, content: OutboundContent, bodies: readonly object[], losses?: readonly string[], over?: Partial<RenderContext>];
export interface Shown {
  readonly paths: readonly string[];
  readonly bodies: readonly unknown[];
  readonly losses: readonly Loss[];
  readonly menu: readonly MenuOption[] | undefined;
}

/** What render makes of it; a refusal is thrown as its code and words. */
export function shown(adapter: ChannelAdapter, content: OutboundContent, context: RenderContext): Shown {
  const made = adapter.render(content, context);
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.platformMessage}`);
  const { calls, losses, menu } = made.value;
  return { paths: calls.map((c) => c.path), bodies: calls.map((c) => JSON.parse(c.body) as unknown), losses, menu };
}
/** Compares the exact text of each body: key order is part of what is promised. */
export function expectRow(adapter: ChannelAdapter, context: RenderContext, [, content, bodies, losses = [], over = {}]: Row): void {
  const made = shown(adapter, content, { ...context, ...over });
  expect(made.bodies).toEqual(bodies);
  expect(made.bodies.map((b) => JSON.stringify(b))).toEqual(bodies.map((b) => JSON.stringify(b)));
  expect(made.losses.map((l) => l.code)).toEqual(losses);
  for (const { detail } of made.losses) expect(detail).toMatch(/^[A-Z].*\.$/);
}
