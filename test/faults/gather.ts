import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence, Ledger, LoggedEvent, Reply } from './evidence.ts';
import { readKafka } from './read-kafka.ts';
import type { Stage } from './stage.ts';

/** Raw bodies, straight from the journal's files, in order. */
function* readJournal(dataDir: string): Generator<string> {
  const dir = join(dataDir, 'journal');
  const files = readdirSync(dir).filter((name) => name.endsWith('.sqlite'));
  for (const name of files.sort()) {
    const db = new DatabaseSync(join(dir, name), { readOnly: true });
    try {
      for (const row of db.prepare('SELECT body FROM bodies ORDER BY off').iterate()) yield Buffer.from(row.body as Uint8Array).toString('utf8');
    } finally {
      db.close();
    }
  }
}
async function* readEvents(stage: Stage): AsyncGenerator<LoggedEvent> {
  for (let after = 'beginning'; ; ) {
    const { status, text } = await stage.rig.get(`/v1/events?after=${after}&limit=1000`);
    if (status !== 200) throw new Error(`/v1/events answered ${status}`);
    const page = JSON.parse(text) as { events: LoggedEvent[]; next: string };
    if (!page.events.length) return;
    yield* page.events;
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

/** When the load has stopped: waits until the gateway has done its work; then everything can be read from outside. */
export async function gather(stage: Stage): Promise<Evidence> {
  const told = () => patience(120_000, async () => (await stage.platform.owed()) === 0);
  await told();
  await patience(60_000, async () => (await ledgerOf(stage)).journals.every((j) => j.pending === 0 && j.received > 0));
  const replies = await settleReplies(stage);
  await told(); // a reply that was held until now has its statuses yet to come
  await patience(60_000, async () => (await ledgerOf(stage)).journals.every((j) => j.pending === 0));
  const { kafka } = stage;
  return {
    acknowledged: [...stage.load.acknowledged(), ...stage.alsoAcknowledged],
    bodies: readJournal(join(stage.rig.dir, 'data')),
    events: readEvents(stage),
    kafka: kafka && ((wanted) => readKafka(kafka.brokers, wanted)),
    refusedByKafka: stage.refusedByKafka,
    ledger: await ledgerOf(stage),
    replies,
    accepted: await stage.platform.accepted(),
  };
}
