import type { Capabilities } from '../../adapters/contract.ts';
import type { MediaForm, Natives } from '../../adapters/natives.ts';

const MB = 1024 * 1024;
const size = (bytes: number): string => (bytes >= MB ? `${Math.round(bytes / MB)} MB` : `${Math.round(bytes / 1024)} KB`);
const STYLE = { buttons: 'buttons', list: 'list', quick_replies: 'quick replies' } as const;
const INTO = { image: 'JPEG or PNG', sticker: 'WebP of 512', voice: 'Ogg Opus', mp3: 'MP3', m4a: 'M4A', mp4: 'MP4' } as const;
const media =
  (kind: keyof Natives['media']) =>
  ({ natives }: Capabilities): string => {
    const form: MediaForm | undefined = natives.media[kind];
    if (!form) return kind === 'voice' && natives.media.audio ? 'as audio' : kind === 'sticker' && natives.media.image ? 'as image' : 'as a link';
    return [size(form.maxBytes), form.captionMax === undefined ? '' : `caption ${form.captionMax}`, form.into ? `else made ${INTO[form.into]}` : ''].filter(Boolean).join(', ');
  };
const TEXT_UNIT = { character: 'characters', byte: 'bytes', segment: 'segments' } as const;

/** What each kind of content becomes, from the data alone. */
const ROWS: readonly (readonly [string, (c: Capabilities) => string])[] = [
  ['text, a part', ({ text }) => `${text.max} ${TEXT_UNIT[text.unit]}`],
  ['markdown', ({ natives }) => (natives.markdown === 'whatsapp' ? "WhatsApp's marks" : 'plain text')],
  ['choices', ({ natives }) => [...(natives.choices ?? []).map((f) => `${STYLE[f.style]} to ${f.max}, titles ${f.titleMax}`), 'numbered text'].join('; ')],
  ['cards', ({ natives: { cards: c } }) => (c ? `${c.min} to ${c.max} side by side, buttons ${c.buttonsMax}` : 'a message each')],
  ['link', ({ natives: { link } }) => (link ? `button, title ${link.titleMax}` : 'in the text')],
  ...(['image', 'audio', 'voice', 'video', 'document', 'sticker'] as const).map((kind) => [kind, media(kind)] as const),
  ['location', ({ natives }) => (natives.location ? 'yes' : 'link to a map')],
  ['contacts', ({ natives: { contacts } }) => (contacts ? `${contacts.max} a message` : 'in the text')],
  ['request', ({ natives: { request } }) => (request ? request.what.join(', ') : 'the text alone')],
  ['reaction', ({ natives }) => (natives.reaction ? 'yes' : 'refused')],
  ['answer to a message', ({ natives }) => (natives.replyTo ? 'yes' : 'not shown')],
  ['template', ({ natives: { template } }) => (template === 'name' ? 'name, language' : template === 'contentSid' ? 'content SID' : 'refused')],
];

/** The table of README.md. */
export function capabilityTable(channels: readonly (readonly [string, Capabilities])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [line(['', ...channels.map(([name]) => name)]), line(['---', ...channels.map(() => '---')])];
  return [...head, ...ROWS.map(([what, cell]) => line([what, ...channels.map(([, capabilities]) => cell(capabilities))]))].join('\n');
}
