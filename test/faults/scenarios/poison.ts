import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { talksOf, webhookOf } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { due, hand } from '../steps.ts';

const TOPIC_RESOURCE = 2;
/** The store refuses marked bodies from now on, as a constraint of its own would. */
async function poisonStore({ rig, postgres }: Stage): Promise<void> {
  if (postgres) {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query("ALTER TABLE messages ADD CONSTRAINT refuse CHECK (content NOT LIKE '%poison-store%')");
    return client.end();
  }
  const db = new DatabaseSync(join(rig.dir, 'data', 'store.sqlite'));
  db.exec("PRAGMA busy_timeout=5000; CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.content LIKE '%poison-store%' BEGIN SELECT RAISE(ABORT, 'refused'); END");
  db.close();
}
/** Kafka refuses what is larger than 20 kB from now on. */
async function poisonTopic({ kafka }: Stage): Promise<void> {
  if (!kafka) return;
  const admin = new kafkajs.Kafka({ brokers: [kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: TOPIC_RESOURCE, name: 'parlance.messages.v1', configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
  });
  await admin.disconnect();
}
const WORDS = { normalise: () => 'poison-normalise 1', store: () => 'poison-store 1', relay: () => `poison-relay ${randomBytes(40_000).toString('hex')} 1` };

/** Bodies that no part can take, among the others; each is parked and costs only itself. */
async function feed(stage: Stage, kinds: readonly (keyof typeof WORDS)[]): Promise<void> {
  const { rig, moment } = stage;
  const agent = new http.Agent();
  const each = 3;
  const strangers = talksOf(200).slice(100);
  for (let n = 0; n < each; n++)
    for (const kind of kinds) {
      await moment(100, 800);
      const stranger = strangers.shift();
      if (!stranger) continue;
      const id = `wamid.${stranger.customer}.1`;
      await hand(stage, agent, { id, body: webhookOf(stranger, [{ id, text: WORDS[kind]() }]), what: `a poison body (${kind})` });
    }
  const letters = kinds.filter((k) => k !== 'relay').length * each;
  await due(stage, `${letters} dead letters of code poison`, async () => {
    const { deadLetters } = JSON.parse((await rig.get('/v1/dead-letters?limit=100')).text) as { deadLetters: { code: string }[] };
    return deadLetters.filter((l) => l.code === 'poison').length === letters;
  });
  // The relay finds the large ones by halving its batches, each try with a producer of its own.
  if (kinds.includes('relay')) await due(stage, `${each} parked events, told by health`, async () => (await rig.get('/v1/health')).text.includes(`"parked":${each}`));
  agent.destroy();
}
export const poison: readonly Scenario[] = [
  {
    family: 'poison',
    name: 'poison for the normaliser, the store (SQLite) and the relay',
    needs: ['kafka'],
    env: { FAULTS_POISON: '1' },
    refusedByKafka: (event) => (event.data.message?.content.text ?? '').startsWith('poison-relay'),
    async play(stage) {
      await poisonStore(stage);
      for (let i = 0; i < 100 && !(await stage.rig.get('/v1/health')).text.includes('"relay":"running"'); i++) await stage.moment(200, 200);
      await poisonTopic(stage);
      await feed(stage, ['normalise', 'store', 'relay']);
    },
  },
  {
    family: 'poison',
    name: 'poison for the normaliser and the store (PostgreSQL)',
    needs: ['postgres'],
    env: { FAULTS_POISON: '1' },
    async play(stage) {
      for (let i = 0; i < 100 && (await stage.rig.get('/v1/events')).status !== 200; i++) await stage.moment(200, 200);
      await poisonStore(stage);
      await feed(stage, ['normalise', 'store']);
    },
  },
];
