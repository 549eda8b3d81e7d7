import { bareOf, classOf, type SenderClass } from './addresses.ts';
import type { TwilioSender } from './senders.ts';
import type { AdvancedOptOut } from './services.ts';

type Meaning = 'stop' | 'start' | 'help';
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
/** Words of a long code (sms.md 7): one word alone, any case. */
const LONG_CODE = { stop: words('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT'), start: words('START YES UNSTOP'), help: words('HELP INFO') };
/** A toll-free number's are the network's own: YES does not resume. */
const TOLL_FREE = { ...LONG_CODE, stop: words('STOP'), start: words('START UNSTOP') };
/** Short codes must do it themselves; WhatsApp has none; nobody can answer an alphanumeric. */
const BY_CLASS: Readonly<Record<SenderClass, Readonly<Record<Meaning, ReadonlySet<string>>> | null>> = {
  longCode: LONG_CODE,
  tollFree: TOLL_FREE,
  rcs: LONG_CODE,
  shortCode: null,
  alphanumeric: null,
  whatsapp: null,
};
const REPLIES = {
  stop: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  start: 'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
} as const;
const NETWORK_REPLIES = {
  stop: 'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. Text back "unstop" to receive messages again.',
  start: 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.',
  help: REPLIES.help,
} as const;

/** Opt-outs are by sender, or by the whole service where it is one's; they hold for SMS, MMS and RCS alike (sms.md 7). */
export const scopeOf = (sender: TwilioSender): string => sender.messagingServiceSid ?? `${sender.accountSid} ${bareOf(sender.address)}`;
export interface Heard {
  readonly meaning: Meaning;
  /** What Twilio answers; null: nothing. */
  readonly reply: string | null;
}

/** Who may not be written to. Twilio answers the words itself; the webhook is called all the same. */
export function createOptOuts() {
  const blocked = new Set<string>();
  const key = (scope: string, customer: string) => `${scope} ${bareOf(customer)}`;
  const upper = (list: readonly string[] | undefined, otherwise: ReadonlySet<string>) => (list ? new Set(list.map((w) => w.toUpperCase())) : otherwise);
  return {
    /** Null: an ordinary message. */
    heard(sender: TwilioSender, from: { customer: string; text: string; advanced: AdvancedOptOut | null }): Heard | null {
      const kind = classOf(sender.address);
      const own = kind && BY_CLASS[kind];
      const { advanced } = from;
      if (!own && !advanced) return null;
      const by = own ?? LONG_CODE;
      const set = advanced ? { stop: upper(advanced.stop, by.stop), start: upper(advanced.start, by.start), help: upper(advanced.help, by.help) } : by;
      const word = from.text.trim().toUpperCase();
      const meaning = (['stop', 'start', 'help'] as const).find((m) => set[m].has(word));
      if (!meaning) return null;
      const named = key(scopeOf(sender), from.customer);
      const was = blocked.has(named);
      if (meaning === 'stop') blocked.add(named);
      if (meaning === 'start') blocked.delete(named);
      // YES of one who was never blocked is an answer to something else; HELP of one who is blocked goes unanswered on toll-free numbers.
      const silent = (meaning === 'start' && !was) || (meaning === 'stop' && was) || (meaning === 'help' && kind === 'tollFree' && was);
      const replies = { ...(kind === 'tollFree' ? NETWORK_REPLIES : REPLIES), ...advanced?.replies };
      return { meaning, reply: silent ? null : replies[meaning] };
    },
    has: (scope: string, customer: string) => blocked.has(key(scope, customer)),
    /** By the API, which can only write (sms.md 7). */
    set(scope: string, customer: string, out: boolean): void {
      if (out) blocked.add(key(scope, customer));
      else blocked.delete(key(scope, customer));
    },
  };
}
export type OptOuts = ReturnType<typeof createOptOuts>;
