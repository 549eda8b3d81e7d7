import type { FactBody } from '../facts.ts';
import { type Form, field } from './form.ts';

/** Twilio's default keywords: a body of one such word, any case. YES is not among them here: without an opt-out before it, it is an answer. */
const STOP = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const START = new Set(['START', 'UNSTOP']);

/** What a message says of consent: by OptOutType where Advanced Opt-Out is on, else by Twilio's default keywords (SMS and RCS only). */
export function consentOf(form: Form, whatsapp: boolean): { path: string; body: FactBody & { kind: 'consent' } } | null {
  const told = field(form, 'OptOutType')?.toUpperCase();
  const word = (form.get('Body')?.[0] ?? '').trim().toUpperCase();
  const keyword = !whatsapp && (STOP.has(word) || START.has(word)) ? word : undefined;
  const state =
    told === 'STOP' ? 'opted_out' : told === 'START' ? 'opted_in' : told !== undefined ? undefined : keyword && STOP.has(keyword) ? 'opted_out' : keyword ? 'opted_in' : undefined;
  if (!state) return null;
  const scope = field(form, 'MessagingServiceSid') ? 'service' : 'sender';
  return {
    path: told ? 'OptOutType' : 'Body',
    body: { kind: 'consent', state, scope, source: told ? 'platform_keyword' : 'keyword', ...(word ? { keyword: word.slice(0, 60) } : {}) },
  };
}
