import type { Capabilities } from '../../adapters/contract.ts';
import type { FailureCode, OutboundContent, SendCommand } from '../../schemas/index.ts';
import { type Consent, forbidding } from './consent-rule.ts';

/** How a message goes out: as it is, under the tag HUMAN_AGENT, or as the template that takes its place. */
export type Mode = 'plain' | 'human_agent' | 'template';
export type Verdict = { readonly ok: true; readonly mode: Mode } | { readonly ok: false; readonly code: FailureCode; readonly detail: string; readonly pointer: string };
export interface Situation {
  readonly content: OutboundContent;
  readonly author: SendCommand['author'] | null;
  readonly category: SendCommand['category'] | null;
  readonly bulk: boolean;
  /** There is a template to send where the window is closed. */
  readonly swap: boolean;
  readonly capabilities: Pick<Capabilities, 'windowHours' | 'humanAgentHours' | 'templateOutsideWindow' | 'retiredTags'>;
  readonly windowExpiresAt: number | null;
  readonly consents: readonly Consent[];
  readonly channel: { readonly id: string; readonly service: string };
  readonly nowMs: number;
}

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const plain: Verdict = { ok: true, mode: 'plain' };
const refuse = (code: FailureCode, detail: string, pointer: string): Verdict => ({ ok: false, code, detail, pointer });

/** Campaigns are marketing unless their sender says what else they are. */
export const isMarketing = (s: Pick<Situation, 'category' | 'bulk'>): boolean => (s.category ? s.category === 'marketing' : s.bulk);

function consentVerdict(s: Situation): Verdict | null {
  const against = forbidding(s.consents, { channel: s.channel.id, service: s.channel.service, marketing: isMarketing(s), nowMs: s.nowMs });
  if (!against) return null;
  if (against.scope === 'capped')
    return refuse(
      'marketing_capped',
      `The platform withheld marketing for this customer (${against.source}); repeating it before ${iso(against.until ?? s.nowMs)} makes it worse.`,
      '/to',
    );
  const what = against.scope === 'all' || against.scope === 'sender' || against.scope === 'service' ? 'messages' : 'marketing messages';
  return refuse('not_opted_in', `The customer opted out of ${what} (scope ${against.scope}) at ${iso(against.at)}, by ${against.source}.`, '/to');
}

/** The customer's last message was not longer ago than the platform lets a person answer. */
function humanMay(s: Situation): boolean {
  const { humanAgentHours, windowHours } = s.capabilities;
  if (humanAgentHours === undefined || windowHours === null || s.windowExpiresAt === null) return false;
  return s.nowMs < s.windowExpiresAt + (humanAgentHours - windowHours) * HOUR;
}

function tagVerdict(s: Situation): Verdict | null {
  if (s.content.type !== 'raw') return null;
  const { tag } = s.content.payload;
  if (typeof tag !== 'string') return null;
  if (s.capabilities.retiredTags?.includes(tag)) return refuse('tag_not_allowed', `The tag ${tag} was taken away on 27 April 2026.`, '/content/payload/tag');
  if (tag !== 'HUMAN_AGENT') return null;
  if (s.author !== 'human') return refuse('tag_not_allowed', 'HUMAN_AGENT is for messages that a person wrote: "author" is not "human".', '/author');
  return humanMay(s) ? null : refuse('tag_not_allowed', 'HUMAN_AGENT may be used for 7 days after the last message of the customer, not longer.', '/content/payload/tag');
}

function windowVerdict(s: Situation): Verdict {
  const { windowHours, templateOutsideWindow } = s.capabilities;
  if (windowHours === null || s.content.type === 'template' || s.content.type === 'raw') return plain;
  if (s.windowExpiresAt !== null && s.windowExpiresAt > s.nowMs) return plain;
  if (s.author === 'human' && humanMay(s)) return { ok: true, mode: 'human_agent' };
  if (s.swap) return { ok: true, mode: 'template' };
  const rule = `Free-form messages are allowed for ${windowHours} h after the customer's last one`;
  if (s.windowExpiresAt === null && templateOutsideWindow) return refuse('template_needed', `${rule}: this customer has not written to this channel yet.`, '/content');
  const since = s.windowExpiresAt === null ? 'the customer has not written to this channel' : `it closed at ${iso(s.windowExpiresAt)}`;
  return refuse('window_closed', `${rule}: ${since}.`, '/content');
}

/** What is known before the platform is asked, at admission and again before each call. Pure; a refusal has the rule and the field. */
export const judge = (s: Situation): Verdict => tagVerdict(s) ?? consentVerdict(s) ?? windowVerdict(s);
