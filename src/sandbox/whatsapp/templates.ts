import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Fault } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';
import { type Fields, isText, list, unless } from './rules.ts';
import { checkTemplate } from './template-rules.ts';

export const STATUSES = ['APPROVED', 'PENDING', 'REJECTED', 'PAUSED', 'DISABLED', 'FLAGGED', 'IN_APPEAL', 'PENDING_DELETION', 'LIMIT_EXCEEDED', 'ARCHIVED'] as const;
export type TemplateStatus = (typeof STATUSES)[number];
export interface Template {
  readonly id: string;
  /** The business account that it belongs to. */
  readonly account: string;
  readonly name: string;
  readonly language: string;
  category: string;
  status: TemplateStatus;
  components: readonly Fields[];
  rejectedReason: string;
}
/** More than a JavaScript number holds exactly, as in life (whatsapp.md 4.8). */
const newId = () => `99${randomInt(10 ** 8, 10 ** 9 - 1)}${randomInt(10 ** 7, 10 ** 8 - 1)}`;
const MOST = 250;
const REVIEW_MS = 1000;

/** The templates of each business account. A new one is reviewed at once; one with "reject" in its name is rejected. */
export function createTemplates({ accounts, clock, changed }: { accounts: readonly WhatsappNumber[]; clock: Clock; changed(template: Template): void }) {
  const all = new Map<string, Template>();
  const of = (account: string): Template[] => [...all.values()].filter((t) => t.account === account);
  function add(account: string, about: Fields, status: TemplateStatus): Template {
    const made: Template = {
      id: newId(),
      account,
      name: String(about.name),
      language: String(about.language),
      category: String(about.category),
      components: list(about.components),
      status,
      rejectedReason: 'NONE',
    };
    all.set(made.id, made);
    return made;
  }
  function become(template: Template, status: TemplateStatus): void {
    template.status = status;
    template.rejectedReason = status === 'REJECTED' ? 'INVALID_FORMAT' : 'NONE';
    changed(template);
  }
  const review = (template: Template) =>
    clock.later(REVIEW_MS, () => {
      if (all.has(template.id) && template.status === 'PENDING') become(template, template.name.includes('reject') ? 'REJECTED' : 'APPROVED');
    });
  for (const account of new Set(accounts.map((n) => n.businessAccountId))) {
    const body = { type: 'BODY', text: 'Welcome and congratulations!! This message demonstrates your ability to send a message.' };
    add(account, { name: 'hello_world', language: 'en_US', category: 'UTILITY', components: [{ type: 'HEADER', format: 'TEXT', text: 'Hello World' }, body] }, 'APPROVED');
  }
  return {
    of,
    become,
    byId: (id: string): Template | undefined => all.get(id),
    find: (account: string, name: unknown, language: unknown): Template | undefined => of(account).find((t) => t.name === name && t.language === language),
    create(account: string, about: Fields): { fault: NonNullable<Fault> } | { template: Template } {
      const twice = of(account).some((t) => t.name === about.name && t.language === about.language);
      const fault =
        checkTemplate(about) ?? unless(!twice, 2388024, 'There is already content in this language') ?? unless(of(account).length < MOST, 2388019, 'Template limit reached');
      if (fault) return { fault };
      const template = add(account, about, 'PENDING');
      review(template);
      return { template };
    },
    /** Replaces all components; only of one that was decided (whatsapp.md 5.6). */
    edit(template: Template, about: Fields): Fault {
      if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status)) return [100, 'Only approved, rejected or paused templates can be edited'];
      const fault = checkTemplate({ ...template, ...about });
      if (fault) return fault;
      if (Array.isArray(about.components)) template.components = list(about.components);
      if (isText(about.category)) template.category = about.category;
      template.status = 'PENDING';
      review(template);
      return null;
    },
    remove(gone: readonly Template[]): void {
      for (const template of gone) all.delete(template.id);
    },
  };
}
export type Templates = ReturnType<typeof createTemplates>;
