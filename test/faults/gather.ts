import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence, Ledger, LogEvent, LoggedEvent, Reply } from './evidence.ts';
import { readKafka } from './read-kafka.ts';
import type { Stage } from './stage.ts';

/** Raw bodies, straight from the journal's files. */
export function readJournal(dataDir: string): string[] {
  const dir = join(dataDir, 'journal');
  return readdirSync(dir)
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .flatMap((name) => {
      const db = new DatabaseSync(join(dir, name), { readOnly: true });
      try {
        return db
          .prepare('SELECT body FROM bodies ORDER BY off')
          .all()
          .map((row) => Buffer.from(row.body as Uint8Array).toString('utf8'));
      } finally {
        db.close();
      }
    });
}
const ends = (text: string): string => (text.length > 40 ? `${text.slice(0, 20)}…${text.slice(-10)}` : text);
/** What the checker looks at; whole events of a long soak would not fit. */
const slim = ({ id, type, subject, source, data: { seq, code, raw, message } }: LogEvent): LogEvent => ({
  id,
  type,
  subject,
  source,
  data: {
    seq,
    ...(code === undefined ? {} : { code }),
    ...(raw ? { raw } : {}),
    ...(message ? { message: { platformId: message.platformId, content: { text: ends(message.content.text ?? message.content.caption ?? '') } } } : {}),
  },
});
async function readEvents(stage: Stage): Promise<LoggedEvent[]> {
  const all: LoggedEvent[] = [];
  for (let after = 'beginning'; ; ) {
    const { status, text } = await stage.rig.get(`/v1/events?after=${after}&limit=1000`);
    if (status !== 200) throw new Error(`/v1/events answered ${status}`);
    const page = JSON.parse(text) as { events: LoggedEvent[]; next: string };
    if (!page.events.length) return all;
    for (const { topic, event } of page.events) all.push({ topic, event: slim(event) });
    after = page.next;
  }
}
/** Waits until it holds; what never holds shows in the verdict, so this only gives time. */
async function patience(ms: number, good: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(250)) if (await good().catch(() => false)) return;
}
const ledgerOf = async (stage: Stage) => JSON.parse((await stage.rig.get('/v1/ledger')).text) as Ledger;
const statusOf = async (stage: Stage, id: string) => (JSON.parse((await stage.rig.get(`/v1/messages/${id}`)).text) as { status?: string }).status ?? 'gone';

/** Replies: a doubt holds its conversation for 60 s, so the last of them may take a little longer. */
async function settleReplies(stage: Stage): Promise<Reply[]> {
  const open = new Map(stage.replies.promised().map((r) => [r.id, r]));
  const done: Reply[] = [];
  await patience(90_000, async () => {
    const arrived = new Set((await stage.platform.accepted()).map((a) => a.own.split('.')[0]));
    for (const [id, reply] of open) {
      const status = await statusOf(stage, id);
      if (arrived.has(id) ? !['sent', 'delivered', 'read'].includes(status) : !['unknown', 'failed', 'expired'].includes(status)) continue;
      open.delete(id);
      done.push({ ...reply, status });
    }
    return open.size === 0;
  });
  for (const [id, reply] of open) done.push({ ...reply, status: await statusOf(stage, id) });
  return done;
}

/** When the load has stopped: waits until the gateway has done its work, and reads everything from outside. */
export async function gather(stage: Stage): Promise<Evidence> {
  await patience(120_000, async () => (await stage.platform.owed()) === 0);
  await patience(60_000, async () => (await ledgerOf(stage)).journals.every((j) => j.pending === 0 && j.received > 0));
  const replies = await settleReplies(stage);
  await patience(60_000, async () => (await ledgerOf(stage)).journals.every((j) => j.pending === 0));
  const events = await readEvents(stage);
  const refusedByKafka = events.filter((e) => stage.refusedByKafka(e.event)).map((e) => e.event.id);
  const kafka = stage.kafka ? await readKafka(stage.kafka.brokers, events.length - refusedByKafka.length) : null;
  return {
    acknowledged: [...stage.load.acknowledged(), ...stage.alsoAcknowledged],
    bodies: readJournal(join(stage.rig.dir, 'data')), // last: of half an hour they take gigabytes
    events,
    kafka,
    refusedByKafka,
    ledger: await ledgerOf(stage),
    replies,
    accepted: await stage.platform.accepted(),
  };
}
