import type { Call, Cost } from '../../contract.ts';
import { list, object } from '../loose.ts';

const HEAVY = new Set<unknown>(['audio', 'video']);

/** Audio and video have an allowance of their own: 10 calls a second of a Page (Meta's rate limits as of March 2026). Total. */
export function costsOfCall(call: Call): Cost {
  try {
    const message = object(object(JSON.parse(call.body)).message);
    const attached = [message.attachment, ...list(message.attachments)];
    return { units: 1, media: attached.some((a) => HEAVY.has(object(a).type)) };
  } catch {
    return { units: 1, media: false };
  }
}
