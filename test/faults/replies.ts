import { setTimeout as sleep } from 'node:timers/promises';
import type { Talk } from './load.ts';
import { OPERATOR } from './rig.ts';

export interface Promised {
  /** The message's id, as answered. */
  readonly id: string;
  readonly to: string;
  readonly n: number;
}

/** A steady trickle of replies, each under an Idempotency-Key and asked for again under the same key until it is answered 202. */
export function startReplies(options: { api: string; talks: readonly Talk[]; perSecond: number }) {
  const { api, talks } = options;
  const promised: Promised[] = [];
  const refused = new Map<string, number>();
  const ended = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: ended.signal }).catch(() => {}); // the end need not wait for the next one's time
  const every = (1000 * talks.length) / options.perSecond;
  const note = (what: string) => void refused.set(what, (refused.get(what) ?? 0) + 1);

  async function ask(talk: Talk, n: number): Promise<string | null> {
    try {
      const response = await fetch(`${api}/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR}`, 'idempotency-key': `reply-${talk.customer}-${n}` },
        body: JSON.stringify({ channel: talk.channel, to: { phone: `+${talk.customer}` }, content: { type: 'text', text: `reply ${n}` } }),
        signal: AbortSignal.timeout(8000),
      });
      const answer = (await response.json()) as { id?: string; code?: string };
      if (response.status === 202 && answer.id) return answer.id;
      note(`${response.status} ${answer.code ?? ''}`.trim());
    } catch {
      note('no answer');
    }
    return null;
  }
  async function lane(talk: Talk, i: number): Promise<void> {
    await pause((every * i) / talks.length);
    for (let n = 1; !ended.signal.aborted; n++) {
      for (let id = null as string | null; id === null && !ended.signal.aborted; ) {
        id = await ask(talk, n);
        if (id !== null) promised.push({ id, to: talk.customer, n });
        else await pause(400);
      }
      await pause(every);
    }
  }
  const lanes = Promise.all(talks.map(lane));
  return {
    promised: (): readonly Promised[] => promised,
    refused: (): ReadonlyMap<string, number> => refused,
    async stop(): Promise<void> {
      ended.abort();
      await lanes;
    },
  };
}
export type Replies = ReturnType<typeof startReplies>;
