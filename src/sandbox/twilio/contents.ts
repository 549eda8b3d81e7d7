import type { Answer, Asked } from '../core/platform-server.ts';
import { jsonObject, objectOf } from '../meta/bearer.ts';
import type { TwilioAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import { newSid } from './senders.ts';

/** A Content template: what is sent of it, of the richest of its types (sms.md 3.9). */
export interface TwilioContent {
  readonly sid: string;
  readonly accountSid: string;
  readonly body: string;
  readonly media: readonly string[];
  readonly buttons: readonly { readonly title: string; readonly payload: string }[];
  readonly variables: Readonly<Record<string, string>>;
}
type Given = Record<string, unknown>;
const TYPES = /^(?:twilio|whatsapp)\/(?:text|media|location|quick-reply|call-to-action|list-picker|card|carousel|catalog|flows|schedule|authentication)$/;
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(objectOf) : []);
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function partsOf(types: Given): Pick<TwilioContent, 'body' | 'media' | 'buttons'> {
  const all = Object.values(types).map(objectOf);
  const choices = all.flatMap((t) => [...listOf(t.actions), ...listOf(t.items)]);
  return {
    body: textOf(all.map((t) => t.body ?? t.title).find((b) => typeof b === 'string')),
    media: all.flatMap((t) => (Array.isArray(t.media) ? t.media.filter((m) => typeof m === 'string') : [])),
    buttons: choices.map((c) => ({ title: textOf(c.title ?? c.item), payload: textOf(c.id ?? c.title ?? c.item) })).filter((b) => b.title !== ''),
  };
}
/** content.twilio.com/v1/Content: JSON in, JSON out. */
export function createContents(now: () => number) {
  const known = new Map<string, TwilioContent & { shown: object }>();
  function make(asked: Asked, account: TwilioAccount): Answer {
    const body = jsonObject(asked.body);
    const { language, types, friendly_name: name, variables } = body ?? {};
    const given = objectOf(types);
    if (!body || typeof language !== 'string' || !Object.keys(given).length || Object.keys(given).some((t) => !TYPES.test(t)))
      return refuse(20001, 'language and types are required');
    const date = new Date(now()).toISOString();
    const sid = newSid('HX');
    const url = `https://content.twilio.com/v1/Content/${sid}`;
    const shown = {
      sid,
      account_sid: account.sid,
      friendly_name: name ?? null,
      language,
      variables: objectOf(variables),
      types: given,
      date_created: date,
      date_updated: date,
      url,
      links: {},
    };
    known.set(sid, { sid, accountSid: account.sid, variables: objectOf(variables) as Record<string, string>, ...partsOf(given), shown });
    return { status: 201, body: shown };
  }
  const find = (accountSid: string, sid: string) => {
    const found = known.get(sid);
    return found?.accountSid === accountSid ? found : undefined;
  };
  return {
    find: (accountSid: string, sid: string): TwilioContent | undefined => find(accountSid, sid),
    answer(asked: Asked, account: TwilioAccount, sid: string | undefined): Answer {
      if (sid === undefined) return asked.method === 'POST' ? make(asked, account) : refuse(20404);
      const found = find(account.sid, sid);
      if (!found) return refuse(20404);
      if (asked.method === 'DELETE') known.delete(sid);
      return asked.method === 'DELETE' ? { status: 204 } : { status: 200, body: found.shown };
    },
  };
}
export type Contents = ReturnType<typeof createContents>;
