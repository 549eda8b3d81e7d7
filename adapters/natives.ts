export type MediaKind = 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker';
/** A way to offer options. Lengths are UTF-16 units, the most careful reading of "characters"; `bodyUnit` where the body is counted otherwise. */
export interface ChoiceForm {
  readonly style: 'buttons' | 'list' | 'quick_replies';
  /** Options. */
  readonly max: number;
  readonly titleMax: number;
  readonly idMax: number;
  /** Absent: options have a title alone. */
  readonly descriptionMax?: number;
  readonly bodyMax: number;
  readonly bodyUnit?: 'byte';
  /** Absent: no such place beside the body. */
  readonly headerMax?: number;
  readonly footerMax?: number;
}
export interface CardForm {
  /** Of a card's picture. */
  readonly picture: Pick<MediaForm, 'mimeTypes' | 'maxBytes' | 'by' | 'into'>;
  readonly min: number;
  readonly max: number;
  /** Absent: the title stands in the card's body. */
  readonly titleMax?: number;
  readonly bodyMax: number;
  readonly linesMax?: number;
  /** Of the text above the cards; absent: they have none. */
  readonly introMax?: number;
  readonly buttonsMax: number;
  readonly buttonTitleMax: number;
  readonly idMax: number;
  /** Every card has a picture, and buttons of one kind, as many as the others: `url` alone or `reply`, up to so many. */
  readonly uniform?: { readonly url: number; readonly reply: number };
}
export interface MediaForm {
  /** Absent: no caption. */
  readonly captionMax?: number;
  readonly filename?: true;
  /** What the platform is known to take. */
  readonly mimeTypes: readonly string[] | 'any';
  readonly maxBytes: number;
  /** How a file that lies with us gets there: uploaded and named by the platform's id, or by a link of ours that the platform fetches. */
  readonly by: 'upload' | 'link';
  /** What must be inside a file of a type for the platform to take it. */
  readonly inside?: Readonly<Record<string, InsideRule>>;
  /** What other files of the kind are made into, and of how many bytes at most where that is less than maxBytes; absent: nothing, they go as a link. */
  readonly into?: ConversionTarget;
  readonly intoBytes?: number;
  /** Pixels of both sides, exactly. */
  readonly side?: number;
}
/** Codecs by their names in ffmpeg. */
export interface InsideRule {
  readonly audio?: string;
  readonly channels?: number;
  readonly video?: string;
  /** At most one stream of sound, and no B frames in the High profile. */
  readonly plain?: true;
}
/** A picture as JPEG or PNG, a sticker as WebP, a voice note as Ogg with Opus in one channel, a recording as MP3 or M4A, a film as MP4 with H.264 and AAC. */
export type ConversionTarget = 'image' | 'sticker' | 'voice' | 'mp3' | 'm4a' | 'mp4';
/** Pictures that heif-convert decodes: their codec is in none of sharp's prebuilt libraries, and pictures in tiles, as phones write them, are read by ffmpeg from 7.1 on (Debian 12 has 5.1). */
const HEIF = ['image/heic', 'image/heif'] as const;
export const isHeif = (mimeType: string): boolean => (HEIF as readonly string[]).includes(mimeType);
/** Types that are made into another one. Of pictures not SVG: it is a document that names others. */
export const CONVERTIBLE = {
  pictures: ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/tiff', ...HEIF],
  sounds: ['audio/ogg', 'audio/mpeg', 'audio/aac', 'audio/amr', 'audio/wav', 'audio/flac', 'audio/aiff', 'audio/mp4', 'audio/3gpp', 'audio/webm', 'audio/x-ms-wma'],
  films: ['video/mp4', 'video/3gpp', 'video/3gpp2', 'video/quicktime', 'video/webm', 'video/matroska', 'video/x-msvideo', 'video/ogg', 'video/x-ms-wmv'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
/** What a channel shows itself, and how much of it: data that degradation, preview, docs and console read. What is absent is degraded, or refused. */
export interface Natives {
  /** In order of preference. */
  readonly choices?: readonly ChoiceForm[];
  readonly cards?: CardForm;
  /** One button that opens an address. */
  readonly link?: { readonly titleMax: number; readonly bodyMax: number };
  readonly media: Readonly<Partial<Record<MediaKind, MediaForm>>>;
  readonly location?: true;
  readonly contacts?: { readonly max: number };
  readonly reaction?: true;
  /** Which message this one answers. */
  readonly replyTo?: true;
  readonly request?: { readonly what: readonly ('location' | 'contact')[]; readonly bodyMax: number; readonly bodyUnit?: 'byte' };
  /** By name and language, or by a content SID. */
  readonly template?: 'name' | 'contentSid';
  /** Whose marks a text in markdown gets. */
  readonly markdown: 'whatsapp' | 'none';
}
