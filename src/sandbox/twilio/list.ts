import type { Answer } from '../core/platform-server.ts';
import { showMessage, type TwilioMessage } from './messages.ts';

const [PAGE, MAX_PAGE] = [50, 1000];
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The `DateSent` filters go by GMT day; what was not sent has no such date and matches none (sms.md 3.3). */
function matches(message: TwilioMessage, query: URLSearchParams): boolean {
  const [to, from] = [query.get('To'), query.get('From')];
  if (to && message.to !== to) return false;
  if (from && message.from !== from) return false;
  const bounds = (['DateSent', 'DateSent>', 'DateSent<'] as const).flatMap((name) => (query.get(name) ? [[name, query.get(name)?.slice(0, 10) ?? ''] as const] : []));
  if (!bounds.length) return true;
  if (message.sentAt === null) return false;
  const day = dayOf(message.sentAt);
  return bounds.every(([name, bound]) => (name === 'DateSent' ? day === bound : name === 'DateSent>' ? day >= bound : day <= bound));
}

/** GET Messages.json: the newest first. A page goes on below the last message of the one before, whatever came meanwhile. */
export function listMessages(messages: readonly TwilioMessage[], query: URLSearchParams, path: string): Answer {
  const size = Math.min(Math.max(Number(query.get('PageSize') ?? PAGE) || PAGE, 1), MAX_PAGE);
  const page = Math.max(Number(query.get('Page') ?? 0) || 0, 0);
  const token = query.get('PageToken')?.slice(2);
  const found = messages.filter((m) => matches(m, query));
  const start = token === undefined ? page * size : found.findIndex((m) => m.sid === token) + 1;
  const shown = found.slice(start, start + size);
  const uri = (n: number, after?: string) => {
    const filters = new URLSearchParams([...query].filter(([name]) => name !== 'Page' && name !== 'PageToken' && name !== 'PageSize'));
    filters.set('PageSize', String(size));
    filters.set('Page', String(n));
    if (after !== undefined) filters.set('PageToken', `PA${after}`);
    return `${path}?${filters.toString()}`;
  };
  return {
    status: 200,
    body: {
      messages: shown.map(showMessage),
      page,
      page_size: size,
      start,
      end: Math.max(start + shown.length - 1, 0),
      uri: `${path}?${query.toString()}`,
      first_page_uri: uri(0),
      previous_page_uri: page > 0 ? uri(page - 1) : null,
      next_page_uri: start + size < found.length ? uri(page + 1, shown.at(-1)?.sid) : null,
    },
  };
}
