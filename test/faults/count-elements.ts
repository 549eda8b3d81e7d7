import { NUMBERS } from './rig.ts';

export interface Counted {
  elements: number;
  /** Elements that came before: the same message id, or the same status of the same message. */
  repeats: number;
  /** Bodies that can not be processed: one dead letter each, of no channel. */
  poison: number;
}
interface Value {
  metadata: { phone_number_id: string };
  messages?: { id: string }[];
  statuses?: { id: string; status: string }[];
}

/** Whether a body can not be normalised or stored, on purpose; see scenarios/poison.ts. */
export const isPoison = (body: string): boolean => /poison-(normalise|store)/.test(body);

/** The checker's own books: raw bodies split by its own rules, counted by channel. */
export function createElementCount() {
  const counts = new Map<string, Counted>();
  const of = (name: string): Counted => {
    const known = counts.get(name) ?? { elements: 0, repeats: 0, poison: 0 };
    counts.set(name, known);
    return known;
  };
  const seen = new Set<string>();
  const one = (channel: string, element: string) => {
    const c = of(channel);
    c.elements++;
    if (seen.has(element)) c.repeats++;
    seen.add(element);
  };
  return {
    counts: (): ReadonlyMap<string, Counted> => counts,
    add(body: string): void {
      if (isPoison(body)) {
        const c = of('unrouted');
        c.elements++;
        c.poison++;
        return;
      }
      const { entry } = JSON.parse(body) as { entry: { changes: { value: Value }[] }[] };
      for (const { value } of entry.flatMap((e) => e.changes)) {
        const channel = NUMBERS.find(([, number]) => number === value.metadata.phone_number_id)?.[0] ?? 'unrouted';
        for (const m of value.messages ?? []) one(channel, m.id);
        for (const s of value.statuses ?? []) one(channel, `${s.id} ${s.status}`);
      }
    },
  };
}
export type ElementCount = ReturnType<typeof createElementCount>;
