import type { Readable } from 'node:stream';
import type { ConversionTarget, MediaKind } from './natives.ts';

/** What a file is made into, and the most bytes that may come out. */
export interface Conversion {
  readonly into: ConversionTarget;
  readonly maxBytes: number;
}
/** What is known of the bytes of a file. */
export interface FileFacts {
  /** As sniffed, without parameters. */
  readonly mimeType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  /** Of sound and film, where somebody looked. */
  readonly inside?: { readonly audio?: { readonly codec: string; readonly channels: number }; readonly audioStreams: number; readonly video?: VideoFacts };
}
export interface VideoFacts {
  readonly codec: string;
  readonly profile: string;
  readonly bFrames: boolean;
}
/** A file, or what was made of it, where a platform can be given it. */
export interface Shown {
  /** Where it can be fetched: a signed link of ours. */
  readonly link: string;
  /** The platform's id of it, where it holds it and will for a while. */
  readonly uploaded?: string;
}
/** A file that a message names, as it stands at this moment. */
export interface FileState {
  /** Absent: an address from which nothing was fetched yet. */
  readonly facts?: FileFacts;
  readonly filename?: string;
  /** The platform could not fetch it from its address: it must be handed over. */
  readonly refused?: true;
  /** The file as it is; absent while nothing was fetched. */
  readonly own?: Shown;
  /** By the name of the conversion (see nameOf): what was made, or why it can not be. */
  readonly made?: Readonly<Record<string, Shown | { readonly fault: string }>>;
}
/** The files of a message, by media id or address, and what can be done with them here. Render reads it; what is missing comes back as needs. */
export interface Files {
  readonly states: Readonly<Record<string, FileState>>;
  /** Whether sound and film can be converted (ffmpeg). */
  readonly ffmpeg: boolean;
  /** Whether HEIC can (heif-convert). */
  readonly heif: boolean;
  /** Without the one that is needed: a link in the place of the file, or a refusal. */
  readonly without: 'link' | 'refuse';
}
/** What must be done with a file before the calls are final. Until then `placeholder` stands in them, in the place of an upload's id or of a link. */
export interface MediaNeed {
  readonly placeholder: string;
  /** Media id or address. */
  readonly ref: string;
  /** The next thing: get it, look inside, convert it, hand it to the platform. */
  readonly step: 'fetch' | 'probe' | 'convert' | 'upload';
  readonly conversion?: Conversion;
  readonly kind: MediaKind;
  readonly by: 'upload' | 'link';
}
/** The name of a conversion; '' is the file as it is. */
export const nameOf = (conversion: Conversion | undefined): string => (conversion ? `${conversion.into}-${conversion.maxBytes}` : '');

/** A file on its way to a platform. `open` streams it from its beginning. */
export interface Upload {
  open(): Promise<Readable>;
  readonly mimeType: string;
  readonly bytes: number;
  readonly kind: MediaKind;
  /** ASCII, with the extension of the type. */
  readonly filename: string;
}
export interface UploadTarget {
  readonly account: string;
  readonly settings: Readonly<Record<string, unknown>>;
}
/** `livesMs`: how long the platform keeps the id. */
export interface Uploaded {
  readonly platformId: string;
  readonly livesMs: number;
}
