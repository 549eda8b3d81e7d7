import { eventJson, MAX_EVENT_BYTES } from '../store/append-events.ts';
import type { EventDraft } from '../store/port.ts';

const ROOM = 4096; // seq, late, the marks of cutting
const MARKABLE = new Set(['text', 'image', 'audio', 'voice', 'video', 'document', 'sticker', 'form', 'unsupported']);

interface Bounds {
  readonly string: number;
  readonly list: number;
}
function cut(value: unknown, bounds: Bounds): unknown {
  if (typeof value === 'string') return value.length > bounds.string ? value.slice(0, bounds.string).toWellFormed() : value;
  if (Array.isArray(value)) return value.slice(0, bounds.list).map((item) => cut(item, bounds));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, bounds)]));
  return value;
}
function mark(data: Record<string, unknown>): void {
  const content = (data.message as { content?: Record<string, unknown> } | undefined)?.content;
  if (content && MARKABLE.has(String(content.type))) content.truncated = true;
}

/** No event exceeds 900 KB: longer content is cut, marked `truncated`, and found whole under `raw`. */
export function fitEvent(draft: EventDraft): EventDraft {
  if (Buffer.byteLength(eventJson(draft)) <= MAX_EVENT_BYTES - ROOM) return draft;
  for (let bounds: Bounds = { string: 250_000, list: 10_000 }; ; bounds = { string: Math.ceil(bounds.string / 2), list: Math.ceil(bounds.list / 2) }) {
    const data = cut(draft.data, bounds) as Record<string, unknown>;
    mark(data);
    const fitted = { ...draft, data };
    if (Buffer.byteLength(eventJson(fitted)) <= MAX_EVENT_BYTES - ROOM || bounds.string < 64) return fitted;
  }
}
