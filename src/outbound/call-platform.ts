import type { ChannelAdapter } from '../../adapters/contract.ts';
import type { Claimed } from './claim.ts';
import type { CallOutcome, OutcomeArgs } from './record-outcome.ts';
import { redact } from './redact.ts';
import type { SendingChannel } from './sending-channel.ts';

export const CALL_MS = 15_000;

/** Makes one journalled call, and tells how it ended with its redacted exchange. Never throws. */
export async function callPlatform(claimed: Claimed, channel: SendingChannel, adapter: ChannelAdapter): Promise<OutcomeArgs> {
  const at = Date.now();
  const started = performance.now();
  const { acceptedIsSent, partWaitMs } = adapter.capabilities;
  let outcome: CallOutcome;
  let answer: { status: number | null; response: string | null };
  const late = new AbortController(); // AbortSignal.timeout would go off, and make an error, for each call that ended long ago
  const timer = setTimeout(() => late.abort(), CALL_MS);
  try {
    const sent = await adapter.send(claimed.call, { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: late.signal });
    outcome = { kind: 'sent', platformId: sent.platformId, aliases: sent.aliases, final: acceptedIsSent === true, ...(partWaitMs === undefined ? {} : { partWaitMs }) };
    answer = { status: sent.status, response: redact(sent.body) };
  } catch (error) {
    outcome = { kind: 'failed', failure: adapter.classify(error) };
    const refused = error as { status?: unknown; body?: unknown };
    answer = { status: typeof refused.status === 'number' ? refused.status : null, response: typeof refused.body === 'string' ? redact(refused.body) : null };
  } finally {
    clearTimeout(timer);
  }
  const exchange = {
    at,
    ms: Math.round(performance.now() - started),
    request: JSON.stringify({ method: claimed.call.method, path: claimed.call.path, body: redact(claimed.call.body) }),
    ...answer,
  };
  return { message: claimed.message, attempt: claimed.attempt, part: claimed.part, outcome, exchange, random: Math.random(), nowMs: Date.now() };
}
