import type { Answer } from '../core/platform-server.ts';

/** A list of the 2010 API that fits one page. */
export function onePage(name: string, items: readonly object[], path: string): Answer {
  const uri = `${path}?PageSize=50&Page=0`;
  return {
    status: 200,
    body: { [name]: items, page: 0, page_size: 50, start: 0, end: Math.max(items.length - 1, 0), uri, first_page_uri: uri, next_page_uri: null, previous_page_uri: null },
  };
}
/** One of the newer hosts, which put the page into `meta`. */
export function metaPage(key: string, items: readonly object[], path: string): Answer {
  const url = `https://messaging.twilio.com${path}?PageSize=50&Page=0`;
  return { status: 200, body: { [key]: items, meta: { page: 0, page_size: 50, first_page_url: url, previous_page_url: null, next_page_url: null, url, key } } };
}
