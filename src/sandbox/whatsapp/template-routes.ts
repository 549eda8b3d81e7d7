import type { Answer, Asked } from '../core/platform-server.ts';
import { jsonObject } from '../meta/bearer.ts';
import { refuse } from './errors.ts';
import { isText } from './rules.ts';
import { STATUSES, type Template, type Templates } from './templates.ts';

const show = (t: Template): Record<string, unknown> => ({
  name: t.name,
  parameter_format: /\{\{[a-z_]/i.test(JSON.stringify(t.components)) ? 'NAMED' : 'POSITIONAL',
  components: t.components,
  language: t.language,
  status: t.status,
  category: t.category,
  rejected_reason: t.rejectedReason,
  quality_score: { score: 'UNKNOWN' },
  id: t.id,
});
const chosen = (t: Template, query: URLSearchParams): object => {
  const wanted = query.get('fields')?.split(',');
  return wanted ? Object.fromEntries(Object.entries(show(t)).filter(([name]) => name === 'id' || wanted.includes(name))) : show(t);
};
const FILTERS = ['name', 'language', 'status', 'category'] as const;

function listTemplates(all: readonly Template[], { query, path }: Asked, base: string): Answer {
  const found = all.filter((t) => FILTERS.every((f) => query.get(f) === null || String(t[f]).toLowerCase() === query.get(f)?.toLowerCase()));
  const limit = Number(query.get('limit') ?? 25);
  const after = query.get('after');
  const begin = after === null ? 0 : Number(Buffer.from(after, 'base64url').toString());
  if (!Number.isInteger(begin) || begin < 0 || begin > found.length) return refuse(131059);
  if (!(limit >= 1)) return refuse(100, 'limit');
  const page = found.slice(begin, begin + limit);
  const cursor = (at: number) => Buffer.from(String(at)).toString('base64url');
  const next = begin + page.length;
  const paging = {
    cursors: { before: cursor(begin), after: cursor(next) },
    ...(next < found.length ? { next: `${base}${path}?${new URLSearchParams({ ...Object.fromEntries(query), after: cursor(next) }).toString()}` } : {}),
  };
  return { status: 200, body: { data: page.map((t) => chosen(t, query)), paging } };
}
function removeTemplates(templates: Templates, account: string, query: URLSearchParams): Answer {
  const [name, ids] = [query.get('name'), (query.get('hsm_ids') ?? query.get('hsm_id'))?.replace(/[[\]"]/g, '').split(',')];
  const gone = templates.of(account).filter((t) => (name === null || t.name === name) && (ids === undefined || ids.includes(t.id)));
  if ((name === null && ids === undefined) || !gone.length) return refuse(100, 'Message template was not found');
  templates.remove(gone);
  return { status: 200, body: { success: true } };
}
/** GET, POST and DELETE of /{waba-id}/message_templates. */
export function templatesOf(templates: Templates, asked: Asked, { account, base }: { account: string; base: string }): Answer {
  if (asked.method === 'GET') return listTemplates(templates.of(account), asked, base);
  if (asked.method === 'DELETE') return removeTemplates(templates, account, asked.query);
  const made = templates.create(account, jsonObject(asked.body) ?? {});
  if ('fault' in made) return refuse(...made.fault);
  const { id, status, category } = made.template;
  return { status: 200, body: { id, status, category } };
}
/** GET and POST of /{template-id}, and POST /{template-id}/unpause. */
export function oneTemplate(templates: Templates, asked: Asked, { template, edge }: { template: Template; edge: string | undefined }): Answer {
  if (asked.method === 'GET' && edge === undefined) return { status: 200, body: chosen(template, asked.query) };
  if (asked.method !== 'POST') return refuse(100);
  if (edge === 'unpause') {
    if (template.status !== 'PAUSED') return refuse(100, 'The template is not paused');
    templates.become(template, 'APPROVED');
    return { status: 200, body: { success: true } };
  }
  const fault = templates.edit(template, jsonObject(asked.body) ?? {});
  return fault ? refuse(...fault) : { status: 200, body: { success: true } };
}
/** POST /sandbox/whatsapp/templates: Meta changes the status of one, and says so by webhook. */
export function pullTemplate(templates: Templates, account: string, { name, language, status }: Readonly<Record<string, unknown>>): object | string {
  const found = templates.of(account).filter((t) => t.name === name && (!isText(language) || t.language === language));
  const known = STATUSES.find((s) => s === status);
  if (!found.length || !known) return `write { "name": a template, "language"?: "en_US", "status": one of ${STATUSES.join(', ')} }`;
  for (const template of found) templates.become(template, known);
  return { changed: found.length };
}
