import type { Answer, Asked } from '../core/platform-server.ts';
import type { Steering } from '../core/steering.ts';
import { graphPath, jsonObject, tokenOf } from '../meta/bearer.ts';
import { type NumberState, project } from './account.ts';
import { refuse } from './errors.ts';
import type { WhatsappLimits } from './limits.ts';
import type { WhatsappMedia } from './media.ts';
import type { WhatsappNumber } from './numbers.ts';
import { fields } from './rules.ts';
import type { WhatsappSubscriptions } from './subscriptions.ts';
import { oneTemplate, templatesOf } from './template-routes.ts';
import type { Templates } from './templates.ts';
import { appTokenOf, debugToken } from './tokens.ts';

export interface GraphParts {
  readonly numbers: readonly WhatsappNumber[];
  readonly steering: Steering;
  readonly media: WhatsappMedia;
  readonly templates: Templates;
  readonly subscriptions: WhatsappSubscriptions;
  readonly limits: WhatsappLimits;
  stateOf(number: WhatsappNumber): NumberState;
  send(number: WhatsappNumber, body: Record<string, unknown>): Answer;
  markRead(number: WhatsappNumber, messageId: unknown): Answer;
  now(): number;
  url(): string;
}
const WABA_FIELDS = ['name', 'currency', 'timezone_id', 'message_template_namespace'];

/** Which call it is: node and edge of the path, by the accounts that the token may see. */
export function createGraph(parts: GraphParts) {
  const { numbers, media, templates, subscriptions, stateOf } = parts;

  function messages(asked: Asked, number: WhatsappNumber, marketing: boolean): Answer {
    if (asked.method !== 'POST') return refuse(100, 'messages takes POST');
    const body = jsonObject(asked.body);
    if (!body) return refuse(100, 'the body is not a JSON object');
    if (body.status === 'read') return body.messaging_product === 'whatsapp' ? parts.markRead(number, body.message_id) : refuse(100, 'messaging_product must be whatsapp');
    if (!marketing) return parts.send(number, body);
    if (body.type !== 'template') return refuse(100, 'marketing_messages takes templates');
    const { name, language } = fields(body.template);
    const category = templates.find(number.businessAccountId, name, fields(language).code)?.category;
    return category === undefined || category === 'MARKETING' ? parts.send(number, body) : refuse(134100, 'The template is not a marketing template');
  }
  async function ofNumber(asked: Asked, number: WhatsappNumber, edge: string | undefined): Promise<Answer> {
    if (edge === 'messages' || edge === 'marketing_messages') return messages(asked, number, edge !== 'messages');
    if (edge === 'media' && asked.method === 'POST') return media.upload(asked, number.phoneNumberId);
    if (edge !== undefined) return stateOf(number).edge(edge, asked) ?? refuse(100, `Unknown path components: /${edge}`);
    if (asked.method === 'GET') return stateOf(number).show(asked.query, subscriptions.shown(number));
    const body = jsonObject(asked.body) ?? {};
    if (body.webhook_configuration !== undefined) return subscriptions.ofNumber(number, body.webhook_configuration);
    return body.pin === undefined ? refuse(100) : stateOf(number).setPin(body.pin);
  }
  async function ofAccount(asked: Asked, number: WhatsappNumber, edge: string | undefined): Promise<Answer> {
    const account = number.businessAccountId;
    if (edge === 'message_templates') return templatesOf(templates, asked, { account, base: parts.url() });
    if (edge === 'subscribed_apps') return subscriptions.ofAccount(number, asked, parts.steering.faults.strikes('webhooks-unsubscribed', 'whatsapp'));
    if (edge === 'phone_numbers' && asked.method === 'GET') {
      const all = numbers.filter((n) => n.businessAccountId === account).map((n) => stateOf(n).show(asked.query, subscriptions.shown(n)));
      return all.find((a) => a.status !== 200) ?? { status: 200, body: { data: all.map((a) => a.body), paging: { cursors: { before: 'QVFIU', after: 'QVFIU' } } } };
    }
    if (edge !== undefined || asked.method !== 'GET') return refuse(100, `Unknown path components: /${String(edge)}`);
    const own = {
      name: number.name ?? 'Sandbox',
      currency: 'USD',
      timezone_id: '1',
      message_template_namespace: 'sandbox',
      account_review_status: 'APPROVED',
      status: 'ACTIVE',
      primary_funding_id: `6${account}`,
      health_status: stateOf(number).health(),
    };
    return project({ id: account, ...own }, asked.query, { defaults: WABA_FIELDS, node: 'WhatsAppBusinessAccount' });
  }
  return async (asked: Asked): Promise<Answer> => {
    const token = tokenOf(asked);
    const [node = '', edge] = graphPath(asked.path);
    if (node === 'debug_token') return debugToken(asked, numbers, { now: parts.now(), revoked: parts.steering.faults.strikes('token-revoked', 'whatsapp') });
    const ofApp = numbers.find((n) => n.appId !== undefined && n.appId === node && appTokenOf(n) === token);
    if (ofApp && edge === 'subscriptions') return subscriptions.ofApp(asked);
    const mine = numbers.filter((n) => n.accessToken === token);
    const [any] = mine;
    if (!any) return refuse(190);
    if (media.isLink(asked.path) && asked.method === 'GET') return media.download(asked);
    const number = mine.find((n) => n.phoneNumberId === node);
    const account = mine.find((n) => n.businessAccountId === node);
    const sends = number !== undefined && (edge === 'messages' || edge === 'marketing_messages');
    if (!sends && !media.has(node) && edge !== 'media' && !parts.limits.management(any.businessAccountId))
      return refuse(80007, 'There have been too many calls to this WhatsApp Business account.');
    if (number) return ofNumber(asked, number, edge);
    if (account) return ofAccount(asked, account, edge);
    const owner = media.ownerOf(node);
    if (owner !== undefined && edge === undefined) return mine.some((n) => n.phoneNumberId === owner) ? media.one(asked, node) : refuse(803, 'media id');
    const template = templates.byId(node);
    return template && mine.some((n) => n.businessAccountId === template.account) ? oneTemplate(templates, asked, { template, edge }) : refuse(803);
  };
}
