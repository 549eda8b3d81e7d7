import type { FaultKind } from './fault-kinds.ts';
import type { Answer, Asked } from './platform-server.ts';
import type { Steering } from './steering.ts';

/** How an answer leaves: whole, slowly, in half, or as a reset or as silence in its place. */
export type Ending = 'whole' | 'half' | 'slow' | 'reset' | 'silence';
/** A platform's words for the refusals that can be asked for. Null: not for this call. */
export type Refusals = (kind: FaultKind, asked: Asked) => Answer | null;

const REFUSING = ['token-revoked', 'expired-media', '429-burst', '130429-burst', '131056-burst', '80007-burst', '20429-burst'] as const;

/** The answer that a fault gives before the call is looked at. */
export function refusedBy({ faults }: Steering, asked: Asked, { channel, refusals }: { channel: string; refusals: Refusals }): Answer | null {
  for (const kind of REFUSING) {
    const answer = refusals(kind, asked);
    if (answer && faults.strikes(kind, channel)) return answer;
  }
  return null;
}

const NO_ID = new Set(['id', 'messages', 'message_id', 'sid', 'uri', 'attachment_id']);
const withoutId = (body: Answer['body']): Answer['body'] =>
  typeof body === 'object' && !Buffer.isBuffer(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => !NO_ID.has(name))) : body;

/** What becomes of an answer to a call that took effect; reads have none but for the bytes of files. */
export function endingOf({ faults }: Steering, { asked, answer, channel }: { asked: Asked; answer: Answer; channel: string }): { ending: Ending; answer: Answer } {
  if (asked.method === 'GET' && Buffer.isBuffer(answer.body) && answer.status === 200) {
    if (faults.strikes('cut-media', channel)) return { ending: 'half', answer };
    if (faults.strikes('slow-media', channel)) return { ending: 'slow', answer };
  }
  if (asked.method === 'GET' || answer.status >= 300) return { ending: 'whole', answer };
  if (faults.strikes('reset-after-write', channel)) return { ending: 'reset', answer };
  if (faults.strikes('timeout-after-accept', channel)) return { ending: 'silence', answer };
  if (faults.strikes('half-answer', channel)) return { ending: 'half', answer };
  if (faults.strikes('5xx-after-accept', channel))
    return { ending: 'whole', answer: { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>Service Unavailable</html>' } };
  if (faults.strikes('200-without-id', channel)) return { ending: 'whole', answer: { ...answer, status: 200, body: withoutId(answer.body) ?? '' } };
  return { ending: 'whole', answer };
}
