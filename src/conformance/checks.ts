import type { CheckName } from './scenarios.ts';
import type { Books } from './surface.ts';
import { failedBy, receivedIn, type Seen } from './trial.ts';

/** What is wrong, in one line; null: nothing. */
type Check = (seen: Seen) => string | null;
const some = (n: number, of: number, what: string): string | null => (n === 0 ? null : `${n} of ${of} ${what}`);
const times = (list: readonly string[], text: string) => list.filter((t) => t === text).length;
const shownOn = ({ shown }: Seen, phone: string) => shown.get(phone) ?? [];
/** Refusals for a pace: of the whole account, counted in a second, and of one recipient. */
const RATES = new Set(['130429', '80007', '613', '4', '20429', '429']);
const PAIR_RATES = new Set(['131056']);
const PER_SECOND = 80;
/** The platforms' words for a window that is closed, or a customer who never opened one. */
const CLOSED = new Set(['131047', '10', '63016']);

function inOrder(seen: Seen): string | null {
  const phones = [...new Set(seen.written.map((w) => w.phone))];
  const wrong = phones.filter((phone) => {
    const wrote = seen.written.filter((w) => w.phone === phone).map((w) => w.id);
    const told = seen.events.flatMap((e) => (e.type === 'message.received' && wrote.includes(e.data.message?.platformId ?? '') ? [e.data.message?.platformId] : []));
    return told.join(' ') !== wrote.join(' ');
  });
  return some(wrong.length, phones.length, 'conversations have their events in another order');
}
function gapless(seen: Seen): string | null {
  const last = new Map<string, number>();
  let gaps = 0;
  const begun = new Set(seen.written.flatMap(({ id }) => receivedIn(seen.events, id).map((e) => e.subject))); // late statuses of the scenario before are of other conversations
  const mine = seen.events.filter((e) => e.data.channel?.id === seen.channel && e.data.seq !== undefined && begun.has(e.subject));
  for (const { subject, topic, data } of mine) {
    const key = `${subject} ${topic}`;
    if (data.seq !== (last.get(key) ?? 0) + 1) gaps += 1;
    last.set(key, data.seq ?? 0);
  }
  return mine.length ? some(gaps, mine.length, 'events do not follow the seq before them') : 'no event has a seq';
}
function windowTold(seen: Seen): string | null {
  const untold = seen.replies.filter(({ handed }) => handed.id !== undefined && !failedBy(seen.events, handed.id));
  const tries = Object.entries(seen.refused).reduce((sum, [code, n]) => (CLOSED.has(code) ? sum + n : sum), 0);
  const arrived = seen.replies.filter(({ phone, text }) => shownOn(seen, phone).includes(text));
  return (
    some(untold.length, seen.replies.length, 'messages into a closed window were neither refused nor told as failed') ??
    (tries > seen.replies.length ? `${tries} calls for ${seen.replies.length} messages into a closed window` : null) ??
    some(arrived.length, seen.replies.length, 'arrived all the same')
  );
}
function strangers(seen: Seen): string | null {
  const all = seen.replies.filter((r) => r.stranger);
  const untold = all.filter(({ handed }) => handed.id !== undefined && !failedBy(seen.events, handed.id));
  const tries = Object.entries(seen.refused).reduce((sum, [code, n]) => (CLOSED.has(code) ? sum + n : sum), 0);
  return some(untold.length, all.length, 'were neither refused nor told as failed') ?? (tries > all.length ? `${tries} calls for ${all.length} messages` : null);
}
function unknownKept(seen: Seen): string | null {
  const struck = seen.struck['unknown-type'] ?? 0;
  const kept = seen.events.filter((e) => e.data.message?.platformId?.startsWith('sandbox_unknown') || e.topic.endsWith('dead-letters.v1'));
  return struck === 0 ? 'nothing unknown was sent' : some(Math.max(struck - kept.length, 0), struck, 'unknown elements are neither an event nor a dead letter');
}
function balanced({ books, channel, written }: Seen): string | null {
  const { channels = [], journals = [] }: Partial<Books> = books ?? {};
  if (!channels.length || !journals.length) return 'there are no books';
  const own = channels.filter((c) => c.channel === channel);
  const off = own.filter((c) => c.elements !== c.published + c.duplicate + Object.values(c.absorbed).reduce((a, b) => a + b, 0) + c.deadLettered + c.waiting);
  const open = journals.filter((j) => j.received !== j.split + j.pending);
  const published = own.reduce((sum, c) => sum + c.published, 0);
  const waiting = own.reduce((sum, c) => sum + c.waiting, 0);
  return (
    some(off.length, own.length, 'rows of the ledger do not add up') ??
    some(open.length, journals.length, 'journals do not add up') ??
    (published < written.length ? `${published} published, and ${written.length} were written` : null) ??
    (waiting > 0 ? `${waiting} still wait` : null)
  );
}

export const CHECKS: Readonly<Record<CheckName, Check>> = {
  'every message has its event': (s) => some(s.written.filter((w) => !receivedIn(s.events, w.id).length).length, s.written.length, 'messages have no event'),
  'no message has two events': (s) => some(s.written.filter((w) => receivedIn(s.events, w.id).length > 1).length, s.written.length, 'messages have more than one event'),
  'events are in the order written': inOrder,
  'seq has no gap': gapless,
  'every reply arrives': (s) => some(s.replies.filter((r) => !shownOn(s, r.phone).includes(r.text)).length, s.replies.length, 'replies did not arrive'),
  'no reply arrives twice': (s) => some(s.replies.filter((r) => times(shownOn(s, r.phone), r.text) > 1).length, s.replies.length, 'replies arrived more than once'),
  'replies arrive in order'(s) {
    const phones = [...new Set(s.replies.map((r) => r.phone))];
    const wrong = phones.filter(
      (phone) =>
        shownOn(s, phone).join(' ') !==
        s.replies
          .filter((r) => r.phone === phone)
          .map((r) => r.text)
          .join(' '),
    );
    return some(wrong.length, phones.length, 'phones show other replies, or in another order');
  },
  'no call is refused for its rate'(s) {
    // What came while the platform's process stood still seems to have come at once: that is not the gateway's fault.
    const bunched = Math.ceil((s.stallMs * PER_SECOND) / 1000);
    const codes = Object.entries(s.refused).filter(([code, n]) => (RATES.has(code) && n > bunched) || (PAIR_RATES.has(code) && n > 0));
    return codes.length ? codes.map(([code, n]) => `${n} calls refused with ${code}`).join(', ') : null;
  },
  'a closed window is told, and tried once': windowTold,
  'strangers are not written to': strangers,
  'nothing forged is acknowledged': (s) => (s.acknowledgedInFaults > 0 ? `${s.acknowledgedInFaults} forged webhooks were acknowledged` : null),
  'nothing forged has an event': (s) => some(s.written.filter((w) => receivedIn(s.eventsInFaults, w.id).length > 0).length, s.written.length, 'forged messages have an event'),
  'what is unknown is kept': unknownKept,
  'the books balance': balanced,
};
