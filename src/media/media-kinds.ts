const MB = 1024 * 1024;
interface KindRule {
  /** In words, for refusals. */
  readonly name: string;
  /** Above what every platform lets in: WhatsApp 100 MB (whatsapp.md 6.4), Messenger 25 MB, Twilio 16 MB. */
  readonly maxBytes: number;
  /** Types by the bytes; null: any. */
  readonly types: RegExp | null;
}
const PICTURE = /^image\/(jpeg|png|apng|gif|webp|heic|heif|heic-sequence|heif-sequence|avif|bmp|tiff|jxl)$/;
/** A sound may lie in a container of films and the other way round: 3GPP and MP4 tell by their tracks alone (sms.md 4.1). */
const RECORDING = /^(audio\/(?!x-mpegurl|x-scpls)|video\/)/;

/** What is let in, by the kind of content. */
const KINDS: Readonly<Record<string, KindRule>> = {
  image: { name: 'a picture', maxBytes: 32 * MB, types: PICTURE },
  sticker: { name: 'a sticker', maxBytes: 8 * MB, types: PICTURE },
  audio: { name: 'a sound recording', maxBytes: 64 * MB, types: RECORDING },
  voice: { name: 'a voice note', maxBytes: 64 * MB, types: RECORDING },
  video: { name: 'a film', maxBytes: 100 * MB, types: RECORDING },
};
const DOCUMENT: KindRule = { name: 'a document', maxBytes: 100 * MB, types: null };
export const kindRule = (kind: string): KindRule => KINDS[kind] ?? DOCUMENT;

/** What a browser may show by itself from a link; everything else is a download. Nothing that can run: no SVG, HTML, XML, PDF or script. */
const SHOWN = /^(image\/(jpeg|png|gif|webp|avif|bmp)|audio\/[\w.+-]+(; codecs=[\w.,]+)?|video\/[\w.+-]+)$/;
export const isShown = (type: string): boolean => SHOWN.test(type) && !/mpegurl|scpls/i.test(type);
