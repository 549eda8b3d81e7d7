import type { Refusal } from './errors.ts';

type Platform = 'page' | 'instagram';
const MB = 1024 * 1024;
/** By kind of attachment: the largest, and on Instagram the only types (messenger.md 6 and 8.2). */
const KINDS: Readonly<Record<string, { readonly most: number; readonly instagram: RegExp }>> = {
  image: { most: 8 * MB, instagram: /^image\/(?:png|jpe?g|gif)$/ },
  audio: { most: 25 * MB, instagram: /^audio\/(?:aac|x-aac|m4a|x-m4a|mp4|wav|x-wav|wave)$/ },
  video: { most: 25 * MB, instagram: /^video\/(?:mp4|ogg|x-msvideo|avi|quicktime|webm)$/ },
  file: { most: 25 * MB, instagram: /^application\/pdf$/ },
};
export const isMedia = (type: unknown): type is string => typeof type === 'string' && Object.hasOwn(KINDS, type);

/** What the platform finds wrong with the bytes; null: nothing. A file may be of any type on Messenger. */
export function mediaFault(type: string, found: { mimeType: string; size: number }, platform: Platform): Refusal | null {
  const rule = KINDS[type];
  if (!rule) return 'attachmentType';
  if (found.size > rule.most) return 'attachmentSize';
  if (type !== 'file' && !found.mimeType.startsWith(`${type}/`)) return 'attachmentType';
  return platform === 'instagram' && !rule.instagram.test(found.mimeType) ? 'content' : null;
}
