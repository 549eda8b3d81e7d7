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
}
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
