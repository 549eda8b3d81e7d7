const REFUSALS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Whether a send failed because the topic refuses the batch for its size; kafkajs wraps the protocol's error. To try the same again never helps. */
export function isTooLarge(error: unknown): boolean {
  for (let at = error as { type?: unknown; cause?: unknown } | undefined | null, depth = 0; at && depth < 5; at = at.cause as typeof at, depth++)
    if (typeof at.type === 'string' && REFUSALS.has(at.type)) return true;
  return false;
}
