import type { MessageState } from '../../schemas/index.ts';

export interface FallbackSituation {
  readonly state: MessageState;
  readonly queueState: string | null;
  readonly sentParts: number;
}
/**
 * What becomes of the first message when its time is over. `none`: it arrived, or was canceled. `cancel`: nothing of it went out, so it
 * is called off and the next channel takes over. `go`: the next channel takes over, and the first cannot be called back.
 * `wait`: its call is on the wire at this moment; a moment later it is known what became of it.
 */
export function fallbackStep(s: FallbackSituation): 'none' | 'cancel' | 'go' | 'wait' {
  if (s.state === 'delivered' || s.state === 'read' || s.state === 'played' || s.state === 'canceled') return 'none';
  if (s.queueState === 'calling') return 'wait';
  const queued = s.queueState === 'ready' || s.queueState === 'waiting' || s.queueState === 'held';
  return queued && s.sentParts === 0 ? 'cancel' : 'go';
}
