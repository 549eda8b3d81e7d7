import type { Twist } from '../core/webhook-faults.ts';

type Form = Readonly<Record<string, string>>;
/** A form with a parameter, or with a word of a known one, that nobody knows yet. */
export function twisted(form: Form, twist: Twist): Form {
  if (twist === null) return form;
  if (twist === 'unknown-field') return { ...form, SandboxUnknown: '1' };
  return { ...form, [form.MessageStatus === undefined ? 'MessageType' : 'MessageStatus']: 'sandbox_unknown' };
}
