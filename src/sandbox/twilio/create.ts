import type { Answer } from '../core/platform-server.ts';
import type { TwilioAccount } from './accounts.ts';
import type { Contents } from './contents.ts';
import { type Content, contentOf, settingsFault } from './create-content.ts';
import { scheduleOf } from './create-schedule.ts';
import { type Chosen, pairFault, recipientFault, senderOf } from './create-sender.ts';
import { refuse } from './errors.ts';
import { scopeOf } from './opt-out.ts';
import type { TwilioSender } from './senders.ts';
import type { Services } from './services.ts';

export interface CreateState {
  readonly account: TwilioAccount;
  /** The account's own senders, and everybody's. */
  readonly senders: readonly TwilioSender[];
  readonly everyone: readonly TwilioSender[];
  readonly services: Services;
  readonly contents: Contents;
  readonly now: number;
  optedOut(scope: string, customer: string): boolean;
  /** The number from which this recipient was written to before. */
  lastSender(service: string, to: string): string | undefined;
}
export interface ToCreate extends Chosen, Content {
  readonly to: string;
  readonly callback: string | null;
  readonly sendAt: number | null;
  readonly validityMs: number;
  readonly smart: boolean;
  readonly asMms: boolean;
  /** Nothing is really sent: test credentials, or a sender for them. */
  readonly test: boolean;
}
const DEFAULT_VALIDITY_S = 36_000;

/** Where its callbacks go: what the call says beats the application, the service, the sender (sms.md 2.3). */
function callbackOf(form: URLSearchParams, { sender, service }: Chosen, { account, services }: CreateState): string | null {
  const ofApplication = account.applications?.[form.get('ApplicationSid') ?? ''];
  return form.get('StatusCallback') || ofApplication || services.find(service)?.statusCallback || sender.statusCallback || null;
}

/** The platform's rules for POST Messages.json: what is wrong with the request comes before what is wrong with the recipient. */
export function checkCreate(form: URLSearchParams, state: CreateState): { readonly no: Answer } | { readonly create: ToCreate } {
  const to = form.get('To') ?? '';
  const early = recipientFault(form.get('To'), state);
  if (early) return { no: early };
  const chosen = senderOf(form, to, state);
  if ('status' in chosen) return { no: chosen };
  const apart = pairFault(to, chosen);
  if (apart) return { no: apart };
  const content = contentOf(form, chosen, state);
  if ('status' in content) return { no: content };
  const fault = settingsFault(form, chosen, state);
  if (fault) return { no: fault };
  const sendAt = scheduleOf(form, chosen, state.now);
  if (sendAt !== null && typeof sendAt !== 'number') return { no: sendAt };
  if (state.optedOut(scopeOf(chosen.sender), to)) return { no: refuse(21610) };
  const service = state.services.find(chosen.service);
  const validity = Number(form.get('ValidityPeriod') || service?.validityPeriod || DEFAULT_VALIDITY_S);
  const given = form.get('SmartEncoded');
  const smart = given === null ? (service?.smartEncoding ?? false) : given === 'true';
  const test = state.account.test === true || !state.senders.includes(chosen.sender);
  return {
    create: { ...chosen, ...content, to, callback: callbackOf(form, chosen, state), sendAt, validityMs: validity * 1000, smart, asMms: form.get('SendAsMms') === 'true', test },
  };
}
