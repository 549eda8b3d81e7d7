import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';

interface Template {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly language: string;
  readonly components: readonly Record<string, unknown>[];
  status: 'PENDING' | 'APPROVED' | 'REJECTED';
}
type Body = Readonly<Record<string, unknown>>;
/** "Approval usually within seconds" (messenger.md 4.5). */
const REVIEW_MS = 2000;
/** A lever: a name that ends so does not pass the review. */
const REJECTED = /_rejected$/;
const partOf = (components: readonly Record<string, unknown>[], type: string) => components.find((c) => String(c.type).toLowerCase() === type);
const variablesIn = (text: unknown) => new Set(typeof text === 'string' ? [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name) : []);
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(objectOf) : []);

/** Templates that a Page may send outside the window, once they are approved (messenger.md 4.5). */
export function createUtilityTemplates(clock: Clock, reviewed: (account: MessengerAccount, change: object) => void) {
  const known: Template[] = [];
  const find = (account: string, name: unknown, language: unknown) => known.find((t) => t.account === account && t.name === name && t.language === language);
  const shown = ({ id, name, language, status, components }: Template) => ({ id, name, language, status, category: 'UTILITY', components });

  function make(body: Body, account: MessengerAccount): Answer {
    const { name, language, category, library_template_name: from } = body;
    const components = listOf(body.components);
    if (typeof name !== 'string' || !/^[a-z0-9_]{1,512}$/.test(name)) return refuse('parameter', 'name must be lower-case letters, digits and underscores');
    if (typeof language !== 'string' || !/^[a-z]{2}(?:_[A-Z]{2})?$/.test(language)) return refuse('parameter', 'language');
    if (category !== 'UTILITY') return refuse('parameter', 'category must be UTILITY');
    if (from === undefined && !partOf(components, 'body')) return refuse('parameter', 'components must have a BODY');
    if (find(account.id, name, language)) return refuse('parameter', 'there is a template of this name and language already');
    const template: Template = { id: `72${randomInt(10 ** 12, 10 ** 13 - 1)}`, account: account.id, name, language, components, status: 'PENDING' };
    known.push(template);
    clock.later(REVIEW_MS, () => {
      template.status = REJECTED.test(name) ? 'REJECTED' : 'APPROVED';
      const value = { event: template.status, message_template_id: template.id, message_template_name: name, message_template_language: language };
      reviewed(account, { field: 'message_template_status_update', value });
    });
    return { status: 200, body: { id: template.id, status: template.status, category } };
  }
  return {
    /** POST and GET /{page-id}/message_templates. */
    edge(method: string, body: Body, account: MessengerAccount): Answer {
      if (account.object !== 'page') return refuse('node');
      if (method !== 'GET') return make(body, account);
      const own = known.filter((t) => t.account === account.id && (body.name === undefined || t.name === body.name));
      return { status: 200, body: { data: own.map(shown) } };
    },
    /** What is wrong with `message.template` of a send; null: nothing. */
    fault(value: unknown, account: MessengerAccount): string | null {
      const { name, language, components } = objectOf(value);
      const found = find(account.id, name, objectOf(language).code);
      if (!found) return `the template ${String(name)} does not exist in this language`;
      if (found.status !== 'APPROVED') return `the template ${found.name} is ${found.status}`;
      const wanted = variablesIn(partOf(found.components, 'body')?.text).size;
      const given = listOf(partOf(listOf(components), 'body')?.parameters).length;
      return wanted === given ? null : `the body takes ${wanted} parameters, not ${given}`;
    },
    /** What the customer reads. */
    textOf(value: unknown, account: MessengerAccount): string {
      const { name, language, components } = objectOf(value);
      const parameters = listOf(partOf(listOf(components), 'body')?.parameters);
      const text = String(partOf(find(account.id, name, objectOf(language).code)?.components ?? [], 'body')?.text ?? name);
      let position = 0;
      return text.replace(/\{\{(\w+)\}\}/g, (_all, variable: string) => {
        const named = parameters.find((p) => p.parameter_name === variable) ?? parameters[position];
        position++;
        return String(named?.text ?? '');
      });
    },
  };
}
export type UtilityTemplates = ReturnType<typeof createUtilityTemplates>;
