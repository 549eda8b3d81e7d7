import type { Fetched, Fetcher } from '../core/fetcher.ts';
import { bareOf, classOf, countryOf, MMS_COUNTRIES } from './addresses.ts';
import type { TwilioMedium } from './messages.ts';
import { newSid } from './senders.ts';

const [KB, MB] = [1024, 1024 * 1024];
/** MMS: 5 MB of pictures together, 500 kB of anything else; WhatsApp and RCS 16 MB, WhatsApp's pictures 5 MB (sms.md 4.2). */
const MMS = { pictures: 5 * MB, other: 500 * KB } as const;
const CHANNEL = { any: 16 * MB, whatsappPicture: 5 * MB } as const;
const PICTURE = /^image\/(?:jpeg|png|gif)$/;
/** What WhatsApp takes by name of type; audio and video of other kinds are refused (sms.md 4.2). */
const WHATSAPP = /^(?:image\/(?:jpeg|png|webp)|audio\/(?:ogg|amr|3gpp|aac|mpeg)|video\/(?:mp4|3gpp)|application\/.+|text\/.+)$/;
const EXTENSIONS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
};

/** A medium whose bytes have not been seen: its type by its address. */
export function announced(url: string): TwilioMedium {
  const extension = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? '';
  return { sid: newSid('ME'), mimeType: EXTENSIONS[extension] ?? 'image/jpeg', bytes: Buffer.alloc(0) };
}

/** The code by which it fails; null: it can go. */
function sizeFault(files: readonly { mimeType: string; size: number }[], from: string): number | null {
  const kind = classOf(from);
  if (kind === 'whatsapp') {
    if (files.length > 1 || files.some((f) => !WHATSAPP.test(f.mimeType))) return 63021;
    return files.some((f) => f.size > (PICTURE.test(f.mimeType) ? CHANNEL.whatsappPicture : CHANNEL.any)) ? 63034 : null;
  }
  if (kind === 'rcs') return files.some((f) => f.size > CHANNEL.any) ? 63034 : null;
  const pictures = files.filter((f) => PICTURE.test(f.mimeType)).reduce((sum, f) => sum + f.size, 0);
  return pictures > MMS.pictures || files.some((f) => !PICTURE.test(f.mimeType) && f.size > MMS.other) ? 30019 : null;
}
/** Between these two no MMS goes. */
export const withoutMms = (from: string, to: string): boolean => {
  const kind = classOf(from);
  if (kind === 'whatsapp' || kind === 'rcs') return false;
  return !MMS_COUNTRIES.has(countryOf(to)) || (kind !== 'shortCode' && countryOf(bareOf(from)) !== countryOf(to));
};

/** Twilio fetches the files itself, when it sends: then a callback tells what is wrong with them. */
export async function fetchMedia(
  media: readonly TwilioMedium[],
  { urls, from, fetch }: { urls: readonly string[]; from: string; fetch: Fetcher },
): Promise<{ readonly media: readonly TwilioMedium[] } | { readonly code: number }> {
  const found: readonly Fetched[] = await Promise.all(urls.map((url) => fetch(url)));
  const channel = classOf(from) === 'whatsapp' || classOf(from) === 'rcs';
  if (found.some((f) => f.kind === 'failed' || (f.kind === 'found' && f.bytes.length === 0))) return { code: channel ? 63019 : 11200 };
  const whole = media.map((m, i) => {
    const seen = found[i];
    return seen?.kind === 'found' ? { sid: m.sid, mimeType: seen.mimeType, bytes: seen.bytes } : m;
  });
  const fault = sizeFault(
    whole.map((m) => ({ mimeType: m.mimeType, size: m.bytes.length })),
    from,
  );
  return fault === null ? { media: whole } : { code: fault };
}
