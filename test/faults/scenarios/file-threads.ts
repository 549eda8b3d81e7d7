import http from 'node:http';
import { fileOf } from '../files.ts';
import { type Talk, talksOf, webhookOf } from '../load.ts';
import { OPERATOR } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { due, hand } from '../steps.ts';

/** What the threads of files do when they end: the process goes on, and a thread made anew does what was under way. */
const FILES = 24;
const ENDS = 3;
const strangers = (count: number): Talk[] => talksOf(200 + count).slice(200);

/** Ends the thread at moments of the seed, while `work` goes on. */
async function endingThread(stage: Stage, thread: 'media' | 'preparing', work: () => Promise<void>): Promise<void> {
  const working = work();
  for (let n = 0; n < ENDS; n++) {
    await stage.moment(300, 900);
    stage.rig.command({ end: thread });
  }
  await working;
  const told = stage.rig.log().split('starts it again').length - 1;
  if (told === 0) stage.findings.push(`the ${thread} thread was never ended: the log says nothing of it`);
}
interface Medium {
  readonly state: string;
  readonly sha256?: string;
}
async function filesComeIn(stage: Stage): Promise<void> {
  const agent = new http.Agent();
  const all = strangers(FILES).map((talk, n) => {
    const id = `wamid.${talk.customer}.1`;
    const { sha256 } = fileOf(n);
    const image = {
      id: `15${String(n).padStart(12, '0')}`,
      mime_type: 'image/png',
      sha256: Buffer.from(sha256, 'hex').toString('base64'),
      url: `${stage.platform.url}/file/${n}`,
      caption: 'n 1',
    };
    return { id, sha256, body: webhookOf(talk, [{ id, image }]), what: id };
  });
  await endingThread(stage, 'media', async () => {
    for (const one of all) {
      await hand(stage, agent, one);
      await stage.moment(20, 120);
    }
  });
  const listed = async () => (JSON.parse((await stage.rig.get('/v1/media?limit=500')).text) as { media: Medium[] }).media;
  await due(stage, `${FILES} files ready`, async () => (await listed()).filter((m) => m.state === 'ready').length === FILES);
  const there = await listed();
  if (there.length !== FILES) stage.findings.push(`${there.length} files where ${FILES} came`);
  const wanted = new Set(all.map((one) => one.sha256));
  const strange = there.filter((m) => m.state !== 'ready' || !wanted.delete(m.sha256 ?? ''));
  if (strange.length) stage.findings.push(`files that are not what came: ${JSON.stringify(strange.slice(0, 3))}`);
  agent.destroy();
}

async function ask<T>(stage: Stage, path: string, init: { body: string | FormData; headers?: Record<string, string> }): Promise<{ status: number; json: T }> {
  const response = await fetch(stage.rig.api + path, { method: 'POST', ...init, headers: { authorization: `Bearer ${OPERATOR}`, ...init.headers } });
  return { status: response.status, json: (await response.json()) as T };
}
async function filesGoOut(stage: Stage): Promise<void> {
  const agent = new http.Agent();
  const sent = new Set<string>();
  const customers = strangers(FILES);
  for (const talk of customers) {
    const id = `wamid.${talk.customer}.1`;
    await hand(stage, agent, { id, body: webhookOf(talk, [{ id, text: 'n 1' }]), what: id });
  }
  await endingThread(stage, 'preparing', async () => {
    for (const [n, talk] of customers.entries()) {
      const form = new FormData();
      form.append('file', new Blob([Uint8Array.from(fileOf(n).bytes)], { type: 'image/png' }), `${n}.png`);
      const { json: medium } = await ask<{ id: string }>(stage, '/v1/media', { body: form });
      const body = JSON.stringify({ channel: talk.channel, to: { phone: `+${talk.customer}` }, content: { type: 'image', media: { id: medium.id }, caption: 'reply 1' } });
      await due(stage, `a picture for ${talk.customer} is taken`, async () => {
        const { status, json } = await ask<{ id: string }>(stage, '/v1/messages', { body, headers: { 'idempotency-key': `picture-${talk.customer}` } });
        if (status === 202) sent.add(json.id);
        return status === 202;
      });
      await stage.moment(20, 120);
    }
  });
  const statusOf = async (id: string) => (JSON.parse((await stage.rig.get(`/v1/messages/${id}`)).text) as { status: string }).status;
  await due(stage, `${FILES} pictures sent`, async () => (await Promise.all([...sent].map(statusOf))).every((status) => ['sent', 'delivered'].includes(status)));
  const accepted = (await stage.platform.accepted()).filter((call) => sent.has(call.own.split('.')[0] ?? ''));
  const uploads = new Set(accepted.map((call) => call.file));
  if (accepted.length !== FILES || uploads.size !== FILES)
    stage.findings.push(`the platform took ${accepted.length} pictures with ${uploads.size} different files where ${FILES} were sent`);
  agent.destroy();
}

export const fileThreads: readonly Scenario[] = [
  { family: 'worker', name: 'the media thread ended, with files coming in', needs: [], play: filesComeIn },
  { family: 'worker', name: 'the thread that gets files ready ended, with files going out', needs: [], play: filesGoOut },
];
