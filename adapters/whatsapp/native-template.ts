import type { Failure } from '../../schemas/index.ts';
import { refused } from '../_content/check-content.ts';
import type { Of } from '../_content/piece.ts';
import type { Result } from '../contract.ts';
import type { Body } from './native-plain.ts';

/** A template by name and exact language; `components` only where there is something to fill (whatsapp.md 5.6). */
export function nativeTemplate({ name, language, components, contentSid }: Of<'template'>): Result<Body, Failure> {
  if (contentSid !== undefined) return refused('content_unsupported', 'contentSid: a content SID is a template of Twilio; give name and language');
  if (!name || !language) return refused('invalid_request', 'a template of WhatsApp needs name and language, e.g. "en_GB"');
  return { ok: true, value: { type: 'template', template: { name, language: { code: language }, ...(components?.length ? { components } : {}) } } };
}
