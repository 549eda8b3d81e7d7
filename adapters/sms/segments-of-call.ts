import { type SmsSegments, segmentsOf } from '../_text/sms-segments.ts';
import type { Call } from '../contract.ts';

/** How a call's text is encoded and cut, where it goes as SMS; null: a picture message, another channel, or a template whose text only Twilio knows. */
export function smsOfCall(call: Call): SmsSegments | null {
  const form = new URLSearchParams(call.body);
  const sms = !/^[a-z]+:/.test(form.get('To') ?? '') && !form.has('MediaUrl') && form.get('SendAsMms') !== 'true';
  const body = form.get('Body');
  return sms && body !== null ? segmentsOf(body) : null;
}

/** What a call takes of its sender's allowance: Twilio counts segments a second, and anything else as one. https://help.twilio.com/articles/115002943027 */
export const segmentsOfCall = (call: Call): number => Math.max(smsOfCall(call)?.segments ?? 1, 1);
