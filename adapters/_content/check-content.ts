import { type Failure, namedFiles, type OutboundContent } from '../../schemas/index.ts';
import type { RenderContext, Result } from '../contract.ts';
import type { CardButton, Of } from './piece.ts';

/** A refusal before the platform is asked, in words that name the field. */
export const refused = (code: Failure['code'], message: string): { readonly ok: false; readonly error: Failure } => ({
  ok: false,
  error: { code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: message },
});
const blank = (text: string | undefined): boolean => text === undefined || text.trim() === '';
const repeated = (values: readonly string[]): string | undefined => values.find((v, i) => values.indexOf(v) !== i);

function faultOfOptions({ body, options }: Of<'choices'>): string | undefined {
  if (blank(body)) return 'body: must not be blank';
  const i = options.findIndex(({ id, title }) => blank(id) || blank(title));
  if (i >= 0) return `options[${i}]: id and title must not be blank`;
  const twice = repeated(options.map(({ id }) => id));
  return twice === undefined ? undefined : `options: the id ${JSON.stringify(twice)} is given twice`;
}
function faultOfButton(button: CardButton): string | undefined {
  if (blank(button.title)) return 'title must not be blank';
  if (button.type === 'url') return button.url === undefined ? 'url is missing' : undefined;
  return blank(button.id) ? 'id is missing' : undefined;
}
function faultOfCards({ body, cards }: Of<'cards'>): string | undefined {
  if (blank(body)) return 'body: must not be blank';
  for (const [i, { title, buttons = [] }] of cards.entries()) {
    if (blank(title)) return `cards[${i}].title: must not be blank`;
    for (const [j, button] of buttons.entries()) {
      const fault = faultOfButton(button);
      if (fault) return `cards[${i}].buttons[${j}]: ${fault}`;
    }
    const twice = repeated(buttons.flatMap(({ type, id }) => (type === 'reply' && id !== undefined ? [id] : [])));
    if (twice !== undefined) return `cards[${i}].buttons: the id ${JSON.stringify(twice)} is given twice`;
  }
  return undefined;
}
function faultOf(content: OutboundContent): string | undefined {
  switch (content.type) {
    case 'choices':
      return faultOfOptions(content);
    case 'cards':
      return faultOfCards(content);
    case 'link':
      return blank(content.body) || blank(content.title) ? 'body and title: must not be blank' : undefined;
    case 'request':
      return blank(content.body) ? 'body: must not be blank' : undefined;
    case 'contacts': {
      const i = content.contacts.findIndex(({ name }) => blank(name.formatted));
      return i < 0 ? undefined : `contacts[${i}].name.formatted: must not be blank`;
    }
    case 'text':
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker':
    case 'location':
    case 'reaction':
    case 'template':
    case 'raw':
      return undefined;
  }
}
/** What the schema allows and no channel can send. */
export function checkContent(content: OutboundContent, context: RenderContext): Result<null, Failure> {
  const fault = faultOf(content);
  if (fault) return refused('invalid_request', fault);
  const unknown = namedFiles(content).find(({ media }) => 'id' in media && !context.files?.states[media.id]);
  if (unknown) return refused('unknown_media', `${unknown.pointer.slice(1).replaceAll('/', '.')}: there is no such file`);
  if (content.type === 'reaction' && context.reactTo === undefined) return refused('invalid_request', 'target: the message that the reaction is to must be named');
  return { ok: true, value: null };
}
