import { graphGet } from '../_graph/graph-request.ts';
import type { Http } from '../_graph/http.ts';
import { list, object, text } from '../_graph/loose.ts';
import type { SendOptions, Template, TemplateTarget } from '../contract.ts';
import { versionOf } from './render.ts';

const PAGE = 200;
/** 6,000 templates at most (whatsapp.md 5.6), each in some languages. */
const MAX_PAGES = 200;

function templateOf(item: unknown): Template[] {
  const t = object(item);
  const [platformId, name, language, status] = [text(t.id), text(t.name), text(t.language), text(t.status)];
  if (platformId === undefined || name === undefined || language === undefined || status === undefined) return [];
  const category = text(t.category);
  return [{ platformId, name, language, status, ...(category === undefined ? {} : { category }), named: t.parameter_format === 'NAMED', components: list(t.components) }];
}

/** Templates of the business account, page by page; by cursor: an address that the platform gives is never followed with our token. */
export async function templates(http: Http, { businessAccount, settings }: TemplateTarget, options: SendOptions): Promise<readonly Template[] | null> {
  if (businessAccount === null) return null;
  const found: Template[] = [];
  const fields = 'id,name,language,status,category,parameter_format,components';
  let after: string | undefined = '';
  for (let page = 0; after !== undefined && page < MAX_PAGES; page++) {
    const query: string = new URLSearchParams({ fields, limit: String(PAGE), ...(after ? { after } : {}) }).toString();
    const answer = await graphGet(http, `/${versionOf(settings)}/${businessAccount}/message_templates?${query}`, options);
    found.push(...list(answer.data).flatMap(templateOf));
    const paging = object(answer.paging);
    after = text(paging.next) === undefined ? undefined : text(object(paging.cursors).after);
  }
  return found;
}
