import type { FailureCode, OutboundContent } from '../../schemas/index.ts';
import type { MenuOption } from '../contract.ts';
import type { Files, MediaNeed } from '../files.ts';
import type { ChoiceForm, MediaKind } from '../natives.ts';
import type { LossCode } from './losses.ts';

export type Of<T extends OutboundContent['type']> = Extract<OutboundContent, { type: T }>;
export type MediaContent = Of<MediaKind>;
export type Card = Of<'cards'>['cards'][number];
export type CardButton = NonNullable<Card['buttons']>[number];
/** Content that the channel takes as it is, in one call. Options say in which form. */
export type Piece = Exclude<OutboundContent, { type: 'choices' }> | (Of<'choices'> & { readonly form: ChoiceForm['style'] });

/** Where the pieces of one message are gathered. */
export interface Sink {
  readonly pieces: Piece[];
  readonly losses: LossCode[];
  readonly menu: MenuOption[];
  readonly files: Files;
  readonly needs: MediaNeed[];
  /** Set where no degradation helps. */
  refused?: { readonly code: FailureCode; readonly message: string };
}
