import { createHmac } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from './random.ts';
import { NUMBERS, SECRET } from './rig.ts';

export interface Talk {
  readonly number: string;
  readonly channel: string;
  readonly customer: string;
}
export const talksOf = (count: number): Talk[] =>
  Array.from({ length: count }, (_, i) => {
    const [channel, number] = NUMBERS[i % NUMBERS.length] ?? NUMBERS[0];
    return { channel, number, customer: `4477009${String(i).padStart(5, '0')}` };
  });
/** A WhatsApp webhook, made by this harness's own rules. */
export function webhookOf(talk: Talk, messages: readonly ({ id: string } & ({ text: string } | { image: object }))[]): string {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '118200000000777',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550100199', phone_number_id: talk.number },
              messages: messages.map((m) => ({
                from: talk.customer,
                from_user_id: `GB.9${talk.customer}`,
                id: m.id,
                timestamp,
                ...('text' in m ? { type: 'text', text: { body: m.text } } : { type: 'image', image: m.image }),
              })),
            },
          },
        ],
      },
    ],
  });
}
/** The status of the answer, 0 where none came. */
export function post(target: { url: string; agent: http.Agent; timeoutMs?: number }, body: string): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(
      `${target.url}/webhooks/whatsapp`,
      {
        method: 'POST',
        agent: target.agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('close', () => resolve(0)); // a whole answer was settled before
      },
    );
    request.setTimeout(target.timeoutMs ?? 10_000, () => request.destroy());
    request.on('error', () => resolve(0));
    request.end(body);
  });
}

/**
 * Steady webhooks over many conversations, each one's messages in order: what was not acknowledged is posted again, as the platform
 * does, before the next. Now and then a body carries two messages, or an acknowledged one comes again.
 */
export function startLoad(options: { url: string; talks: readonly Talk[]; perSecond: number; seed: number }) {
  const { url, talks } = options;
  const agent = new http.Agent({ keepAlive: true, maxSockets: talks.length * 2 });
  const acknowledged = new Set<string>();
  const answers = new Map<number, number>();
  const state = { going: true, posts: 0, last: performance.now(), silence: 0 };
  const every = (1000 * talks.length) / options.perSecond;
  async function once(body: string): Promise<boolean> {
    state.posts++;
    const status = await post({ url, agent }, body);
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (status !== 200) return false;
    const now = performance.now();
    state.silence = Math.max(state.silence, now - state.last);
    state.last = now;
    return true;
  }
  async function talkOf(talk: Talk, i: number): Promise<void> {
    const random = createRandom(options.seed + i);
    let n = 0;
    let before = '';
    await sleep(random.between(0, every));
    while (state.going) {
      const began = performance.now();
      const ids = Array.from({ length: random.next() < 0.1 ? 2 : 1 }, () => `wamid.${talk.customer}.${++n}`);
      const body = webhookOf(
        talk,
        ids.map((id) => ({ id, text: `n ${id.split('.')[2]}` })),
      );
      while (!(await once(body))) {
        if (!state.going) return;
        await sleep(random.between(100, 400));
      }
      for (const id of ids) acknowledged.add(id);
      if (before && random.next() < 0.08) await once(before);
      before = body;
      await sleep(Math.max(0, every * random.between(0.5, 1.5) - (performance.now() - began)));
    }
  }
  const lanes = Promise.all(talks.map(talkOf));
  return {
    acknowledged: (): readonly string[] => [...acknowledged],
    posts: () => state.posts,
    /** Answers by status; 0: none came. */
    answers: (): ReadonlyMap<number, number> => answers,
    longestSilenceMs: () => Math.round(state.silence),
    async stop(): Promise<void> {
      state.going = false;
      await lanes;
      agent.destroy();
    },
  };
}
export type Load = ReturnType<typeof startLoad>;
