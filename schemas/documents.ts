import { z } from 'zod';
import { COMMANDS } from './commands.ts';
import { COMMANDS_TOPIC, cloudEvent, EVENT_DATA, type EventType, TOPICS } from './index.ts';

type Json = Readonly<Record<string, unknown>>;
const schema = (type: z.ZodType): Json => z.toJSONSchema(type, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as Json;
/** As consumers may rely on it: unknown further fields are allowed for them, whatever we produce. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(key === 'additionalProperties' && item === false))
      .map(([key, item]) => [key, open(item)]),
  );
}
const command = (type: keyof typeof COMMANDS) => z.object({ specversion: z.literal('1.0'), id: z.string(), source: z.string(), type: z.literal(type), data: COMMANDS[type] });

export const eventSchemas = (): Record<string, Json> => Object.fromEntries((Object.keys(EVENT_DATA) as EventType[]).map((type) => [type, open(schema(cloudEvent(type))) as Json]));
export const commandSchemas = (): Record<string, Json> => Object.fromEntries((Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).map((type) => [type, schema(command(type))]));

const message = (name: string, payload: Json): Json => ({
  name,
  contentType: 'application/cloudevents+json',
  payload,
  headers: {
    type: 'object',
    properties: Object.fromEntries(['content-type', 'ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'traceparent'].map((h) => [h, { type: 'string' }])),
  },
  bindings: { kafka: { key: { type: 'string', description: 'conversation id, else channel id' }, bindingVersion: '0.5.0' } },
});
const camel = (name: string) => name.replace(/[.-](\w)/g, (_, c: string) => c.toUpperCase());

/** AsyncAPI 3.0 of the topics, under the default prefix. */
export function asyncapi(): Json {
  const events = eventSchemas();
  const commands = commandSchemas();
  const channels: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  for (const [topic, types] of Object.entries(TOPICS)) {
    const name = camel(topic);
    channels[name] = { address: `parlance.${topic}`, messages: Object.fromEntries(types.map((t) => [camel(t), message(t, events[t] as Json)])) };
    operations[`${name}Publish`] = { action: 'send', channel: { $ref: `#/channels/${name}` }, summary: `Parlance publishes ${types.join(', ')}` };
  }
  const name = camel(COMMANDS_TOPIC);
  channels[name] = { address: `parlance.${COMMANDS_TOPIC}`, messages: Object.fromEntries(Object.entries(commands).map(([t, s]) => [camel(t), message(t, s)])) };
  operations[`${name}Take`] = { action: 'receive', channel: { $ref: `#/channels/${name}` }, summary: 'Parlance takes commands' };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parlance topics', version: '1', description: 'Canonical events and commands. Consumers use read_committed and pass over ids that they know.' },
    defaultContentType: 'application/json',
    channels,
    operations,
  };
}

/** Every generated document, by file name. */
export function generated(): Record<string, string> {
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'asyncapi.json': text(asyncapi()),
    ...Object.fromEntries(Object.entries(eventSchemas()).map(([type, s]) => [`events/${type}.json`, text(s)])),
    ...Object.fromEntries(Object.entries(commandSchemas()).map(([type, s]) => [`commands/${type}.json`, text(s)])),
  };
}
