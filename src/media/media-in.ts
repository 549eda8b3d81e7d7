import { z } from 'zod';
import type { Store } from '../store/port.ts';

const Medium = z.object({
  id: z.string().regex(/^md_[0-9a-f]{32}\d{1,3}$/),
  platformRef: z.string().min(1).max(8192),
  mimeType: z.string().optional(),
  filename: z.string().optional(),
  sha256: z.string().optional(),
});
const Event = z.object({
  type: z.string(),
  subject: z.string(),
  data: z.object({
    tenant: z.string(),
    channel: z.object({ id: z.string(), type: z.string() }),
    conversation: z.object({ id: z.string() }),
    message: z.object({ id: z.string(), platformId: z.string(), content: z.unknown(), platform: z.object({ mediaUrl: z.string().optional() }).optional() }).optional(),
    correction: z.object({ content: z.unknown(), messageId: z.string().optional() }).optional(),
    deletion: z.object({ target: z.object({ id: z.string().optional() }), by: z.string() }).optional(),
  }),
});
/** A file that an event names, as it becomes a row of `media`. */
export interface FoundMedium {
  readonly id: string;
  readonly tenant: string;
  readonly channel: string;
  readonly conversation: string;
  readonly message: string | null;
  readonly platformMessage: string | null;
  readonly kind: string;
  readonly platformRef: string;
  readonly link: string | null;
  readonly declaredType: string | null;
  readonly filename: string | null;
  readonly sha256: string | null;
  /** Of a phone's history: it waits for what is said now. */
  readonly old: boolean;
}
export type MediaNews = { readonly media: readonly FoundMedium[] } | { readonly deleted: string };

/** Types whose content may have a file. */
export const WITH_MEDIA = ['message.received', 'message.echo', 'message.observed', 'message.imported', 'message.edited', 'message.corrected', 'contact.changed'] as const;
/** Where a customer takes a message back, Meta wants the file gone too (messenger.md 6, "Unsend"). */
const UNSENT = new Set(['messenger', 'instagram']);

/** Media of a content where content has them: not what merely looks like one within an answer that a customer made up. */
function contentMedia(content: unknown): { kind: string; medium: unknown }[] {
  if (typeof content !== 'object' || content === null) return [];
  const { type, media, parts } = content as { type?: unknown; media?: unknown; parts?: unknown };
  if (type === 'multi' && Array.isArray(parts)) return parts.flatMap(contentMedia);
  return typeof type === 'string' && media !== undefined ? [{ kind: type, medium: media }] : [];
}

/** What an event of the log means for media; null: nothing. */
export function mediaNews(json: string): MediaNews | null {
  const parsed = Event.safeParse(JSON.parse(json));
  if (!parsed.success) return null;
  const { type, data } = parsed.data;
  if (type === 'message.deleted') {
    const id = data.deletion?.target.id;
    return id !== undefined && data.deletion?.by === 'customer' && UNSENT.has(data.channel.type) ? { deleted: id } : null;
  }
  const media = contentMedia(data.message?.content ?? data.correction?.content).flatMap(({ kind, medium }): FoundMedium[] => {
    const m = Medium.safeParse(medium);
    if (!m.success) return [];
    return [
      {
        id: m.data.id,
        tenant: data.tenant,
        channel: data.channel.id,
        conversation: data.conversation.id,
        message: data.message?.id ?? data.correction?.messageId ?? null,
        platformMessage: data.message?.platformId ?? null,
        kind,
        platformRef: m.data.platformRef,
        link: data.message?.platform?.mediaUrl ?? null,
        declaredType: m.data.mimeType ?? null,
        filename: m.data.filename ?? null,
        sha256: m.data.sha256 ?? null,
        old: type === 'message.imported' || data.correction !== undefined,
      },
    ];
  });
  return media.length ? { media } : null;
}

const SLICE = 5000;
/** The next stretch of the log: what it has for media (picked where the rows are, not on this thread), and where reading goes on. */
export async function readMediaNews(store: Store, after: number): Promise<{ news: MediaNews[]; next: number; more: boolean }> {
  const last = await store.lastOffset();
  const to = Math.min(last, after + SLICE);
  if (to <= after) return { news: [], next: after, more: false };
  const rows = await store.read
    .selectFrom('events')
    .select('body')
    .where('off', '>', after)
    .where('off', '<=', to)
    .where((e) => e.or([e.and([e('type', 'in', [...WITH_MEDIA]), e('body', 'like', '%"platformRef":"%')]), e('type', '=', 'message.deleted')]))
    .orderBy('off')
    .execute();
  return {
    news: rows.flatMap((r) => {
      const one = mediaNews(r.body);
      return one ? [one] : [];
    }),
    next: to,
    more: to < last,
  };
}
