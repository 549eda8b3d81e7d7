import type { OutboundContent } from '../../schemas/index.ts';
import { fromMarkdown } from '../_text/markdown.ts';
import { shorten } from '../_text/shorten.ts';
import type { Capabilities } from '../contract.ts';
import type { Files } from '../files.ts';
import type { Natives } from '../natives.ts';
import { degradeCards } from './degrade-cards.ts';
import { degradeChoices } from './degrade-choices.ts';
import { degradeMedia } from './degrade-media.ts';
import type { Of, Sink } from './piece.ts';
import { joined, lastPart } from './split-body.ts';

function degradeText(content: Of<'text'>, natives: Natives, sink: Sink): void {
  if (content.format === undefined) return void sink.pieces.push(content);
  const { text, losses } = fromMarkdown(content.text, natives.markdown);
  sink.losses.push(...losses);
  sink.pieces.push({ type: 'text', text });
}

function degradeLink(content: Of<'link'>, natives: Natives, sink: Sink): void {
  if (!natives.link) {
    sink.losses.push('link_as_text');
    sink.pieces.push({ type: 'text', text: joined([content.body, `${content.title}: ${content.url}`], '\n') });
    return;
  }
  const title = shorten(content.title, natives.link.titleMax);
  if (title !== content.title) sink.losses.push('title_shortened');
  const body = lastPart(joined([content.body, title === content.title ? undefined : content.title]), { max: natives.link.bodyMax }, sink);
  sink.pieces.push({ ...content, title, body });
}

function degradeContacts(content: Of<'contacts'>, natives: Natives, sink: Sink): void {
  const { max } = natives.contacts ?? {};
  if (max === undefined) {
    sink.losses.push('contacts_as_text');
    const cards = content.contacts.map(({ name, phones }) => joined([name.formatted, ...phones.map(({ phone }) => phone)], '\n'));
    sink.pieces.push({ type: 'text', text: joined(cards) });
    return;
  }
  if (content.contacts.length > max) sink.losses.push('contacts_split');
  for (let i = 0; i < content.contacts.length; i += max) sink.pieces.push({ ...content, contacts: content.contacts.slice(i, i + max) });
}

function degradeLocation(content: Of<'location'>, natives: Natives, sink: Sink): void {
  if (natives.location) return void sink.pieces.push(content);
  sink.losses.push('location_as_text');
  // Google's own form of a link to a point, which every phone opens: https://developers.google.com/maps/documentation/urls/get-started
  const map = `https://www.google.com/maps/search/?api=1&query=${content.latitude}%2C${content.longitude}`;
  sink.pieces.push({ type: 'text', text: joined([content.name, content.address, map], '\n') });
}

function degradeRequest(content: Of<'request'>, natives: Natives, sink: Sink): void {
  const form = natives.request?.what.includes(content.what) ? natives.request : undefined;
  if (form) return void sink.pieces.push({ ...content, body: lastPart(content.body, { max: form.bodyMax, ...(form.bodyUnit ? { unit: form.bodyUnit } : {}) }, sink) });
  sink.losses.push('request_as_text');
  sink.pieces.push({ type: 'text', text: content.body });
}

/** What the channel lacks, as a sequence of what it has. Text is not split here; reactions, templates and `raw` stay as they are. */
export function degrade(content: OutboundContent, capabilities: Pick<Capabilities, 'natives'>, files: Files): Sink {
  const sink: Sink = { pieces: [], losses: [], menu: [], needs: [], files };
  into(content, capabilities.natives, sink);
  return sink;
}

function into(content: OutboundContent, natives: Natives, sink: Sink): void {
  switch (content.type) {
    case 'text':
      return degradeText(content, natives, sink);
    case 'choices':
      return degradeChoices(content, natives.choices ?? [], sink);
    case 'cards':
      return degradeCards(content, natives, sink, (piece, own) => into(piece, natives, own));
    case 'link':
      return degradeLink(content, natives, sink);
    case 'location':
      return degradeLocation(content, natives, sink);
    case 'contacts':
      return degradeContacts(content, natives, sink);
    case 'request':
      return degradeRequest(content, natives, sink);
    case 'reaction':
    case 'template':
    case 'raw':
      return void sink.pieces.push(content);
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker':
      return degradeMedia(content, natives, sink);
  }
}
