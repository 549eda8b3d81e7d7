import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express from 'express';
import kafkajs from 'kafkajs';

/** What is written in an afternoon: Express, JSON, HMAC, one kafkajs send a message, then 200. What it accepts is in a broker's page cache. */
const [brokers = '', topic = '', secret = ''] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ clientId: 'naive', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
const app = express();
app.use(
  express.json({
    verify: (request: IncomingMessage, _response, body: Buffer) => {
      const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice(7), 'hex');
      const own = createHmac('sha256', secret).update(body).digest();
      if (given.length !== own.length || !timingSafeEqual(given, own)) throw new Error('signature');
    },
  }),
);
interface Webhook {
  entry: { changes: { value: { messages: { from: string }[] } }[] }[];
}
app.post('/webhooks/whatsapp', async (request, response) => {
  const [entry] = (request.body as Webhook).entry;
  const from = entry?.changes[0]?.value.messages[0]?.from ?? '';
  await producer.send({ topic, acks: -1, messages: [{ key: from, value: JSON.stringify(request.body) }] });
  response.sendStatus(200);
});
const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
