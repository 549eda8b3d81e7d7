/** Default words of a long code (sms.md 7): one word alone, any case. */
const STOP = new Set('STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT'.split(' '));
const START = new Set('START YES UNSTOP'.split(' '));
const HELP = new Set('HELP INFO'.split(' '));
const REPLIES = {
  stop: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  start: 'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
} as const;

/** Who may not be written to, by sender or service and customer. Twilio answers the words itself; the webhook is called all the same. */
export function createOptOuts() {
  const blocked = new Set<string>();
  return {
    /** What Twilio answers; null: an ordinary message. */
    heard(scope: string, customer: string, text: string): string | null {
      const word = text.trim().toUpperCase();
      const key = `${scope} ${customer}`;
      if (STOP.has(word)) {
        const again = blocked.has(key);
        blocked.add(key);
        return again ? null : REPLIES.stop;
      }
      if (START.has(word)) return blocked.delete(key) ? REPLIES.start : null; // YES of one who was never blocked is an answer to something else
      return HELP.has(word) ? REPLIES.help : null;
    },
    has: (scope: string, customer: string) => blocked.has(`${scope} ${customer}`),
  };
}
