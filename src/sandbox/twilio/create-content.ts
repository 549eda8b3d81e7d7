import type { Answer } from '../core/platform-server.ts';
import { classOf, countryOf, MMS_COUNTRIES } from './addresses.ts';
import type { CreateState } from './create.ts';
import type { Chosen } from './create-sender.ts';
import { refuse } from './errors.ts';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;
const MAX_URL = 4000;
const VALIDITY = { least: 1, most: 36_000 } as const;
export interface Content {
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** A template opens a WhatsApp conversation; free text does not. */
  readonly template: boolean;
  /** What its buttons say and mean. */
  readonly buttons: readonly { readonly title: string; readonly payload: string }[];
}
function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && hostname !== '';
}
/** The template's text with its variables in place, or what is wrong with them. */
function fromTemplate(sid: string, form: URLSearchParams, state: CreateState): Content | Answer {
  const found = state.contents.find(state.account.sid, sid);
  if (!found) return refuse(21655, sid);
  const given = form.get('ContentVariables');
  let variables: unknown = {};
  try {
    variables = given ? JSON.parse(given) : {};
  } catch {
    return refuse(21656);
  }
  const entries = typeof variables === 'object' && variables !== null && !Array.isArray(variables) ? Object.entries(variables) : null;
  if (!entries || entries.some(([, value]) => typeof value !== 'string')) return refuse(21656);
  const values = Object.fromEntries(entries) as Record<string, string>;
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? found.variables[name] ?? whole);
  return { body: fill(found.body), mediaUrls: found.media.map(fill), template: true, buttons: found.buttons.map((b) => ({ title: fill(b.title), payload: fill(b.payload) })) };
}
function written(form: URLSearchParams): Content | Answer {
  const body = form.get('Body') ?? '';
  const mediaUrls = form.getAll('MediaUrl').filter(Boolean);
  const location = form.getAll('PersistentAction').some((a) => a.startsWith('geo:'));
  if (form.get('ContentVariables')) return refuse(21654);
  if (body === '' && !mediaUrls.length && !location) return refuse(21602);
  if (body.length > MAX_BODY) return refuse(21617);
  if (mediaUrls.length > MAX_MEDIA) return refuse(21623);
  return mediaUrls.every(isUrl) ? { body, mediaUrls, template: false, buttons: [] } : refuse(21620);
}
/** What is to be sent (sms.md 3.1, 3.5 and 3.9). */
export function contentOf(form: URLSearchParams, { sender }: Chosen, state: CreateState): Content | Answer {
  const sid = form.get('ContentSid');
  const content = sid ? fromTemplate(sid, form, state) : written(form);
  if ('status' in content) return content;
  const kind = classOf(sender.address);
  const asMms = content.mediaUrls.length > 0 && kind !== 'whatsapp' && kind !== 'rcs';
  const able = sender.mms !== false && kind !== 'alphanumeric' && (kind === 'shortCode' || MMS_COUNTRIES.has(countryOf(sender.address)));
  return asMms && !able ? refuse(21621) : content;
}

/** Settings of one message: an address for callbacks, a time in the queue, features that must be enabled. */
export function settingsFault(form: URLSearchParams, chosen: Chosen, { account, services }: CreateState): Answer | null {
  const callback = form.get('StatusCallback');
  if (callback && (!isUrl(callback) || callback.length > MAX_URL || new URL(callback).hostname.includes('_'))) return refuse(21609);
  const validity = form.get('ValidityPeriod');
  if (validity && !(Number(validity) >= VALIDITY.least && Number(validity) <= VALIDITY.most)) return refuse(21624);
  if (form.get('ContentRetention') === 'discard' && !account.retention?.content) return refuse(30029);
  if (form.get('AddressRetention') === 'obfuscate' && !account.retention?.address) return refuse(30030);
  if (form.get('ShortenUrls') === 'true') return refuse(30103); // no service here has a domain of its own
  if (!form.get('FallbackFrom')) return null;
  if (chosen.service === null) return refuse(21666);
  return services.pool(chosen.service).some((s) => classOf(s.address) === 'rcs') ? null : refuse(21667);
}
