import type { Loss } from '../contract.ts';

/** Everything that degradation may take away or change, once: what the sender reads in preview and timeline. */
export const LOSSES = {
  markdown_marks: 'Marks that the channel lacks, or would not read where they stand, are left out.',
  marks_not_escaped: 'Characters that are meant literally are read as marks by the channel, which has no way to escape them.',
  choices_numbered: 'The channel has no buttons for these options: they are numbered in the text, and the customer answers with a number or a title.',
  choices_restyled: 'The channel has no options in the style that was asked for: they are shown in another one.',
  title_shortened: 'Titles longer than the channel shows are cut; the whole ones stand in the text above.',
  title_distinguished: 'Titles that are alike are told apart by a number: the channel takes none twice.',
  description_in_body: 'Descriptions that the options can not carry stand in the text above.',
  header_in_body: 'The header stands as the first line of the text.',
  footer_in_body: 'The footer stands as the last line of the text.',
  body_split: 'The text is longer than the channel allows beside buttons: its beginning goes before as a message of its own.',
  body_apart: 'The text above the cards goes before as a message of its own.',
  cards_as_messages: 'The channel does not show these cards side by side: they follow one another.',
  cards_split: 'There are more cards than one message holds: they go as several.',
  card_shortened: 'Cards with more text than the channel shows are cut; their whole text goes before.',
  link_as_text: 'The channel has no button for this link: the address stands in the text.',
  caption_as_text: 'The caption follows as a text of its own.',
  filename_lost: 'The channel does not take a file name for this kind: it shows the one of the address.',
  voice_as_audio: 'The channel shows this recording as an audio file, not as a voice note.',
  sticker_as_image: 'The channel shows this sticker as an image.',
  media_as_link: 'The channel does not take files of this kind, and this one can not be made into one that it takes: the address stands in the text.',
  media_converted: 'The file is converted into a type and size that the channel takes.',
  moving_as_still: 'The channel shows no moving pictures: the first one is shown.',
  location_as_text: 'The channel has no place on a map: the place is named, with a link to a map.',
  contacts_as_text: 'The channel has no contact cards: names and numbers stand in the text.',
  contacts_split: 'There are more contacts than one message holds: they go as several.',
  request_as_text: 'The channel can not ask for this with a button: the text alone is sent.',
  reply_not_shown: 'The channel can not show which message this one answers.',
} as const satisfies Record<string, string>;
export type LossCode = keyof typeof LOSSES;

/** Each loss once, in the order in which they were found. */
export const lossesOf = (codes: Iterable<LossCode>): Loss[] => [...new Set(codes)].map((code) => ({ code, detail: LOSSES[code] }));
