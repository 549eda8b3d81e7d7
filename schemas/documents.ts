import { z } from 'zod';
import { COMMANDS, type CommandType } from './commands.ts';
import { COMMAND_DESCRIPTIONS, CONTENT_DESCRIPTIONS, type Description, describe, EVENT_DESCRIPTIONS, OUTBOUND_DESCRIPTIONS } from './descriptions.ts';
import { ChannelType, COMMANDS_TOPIC, cloudEvent, EVENT_DATA, type EventType, FailureCode, IdentityType, TOPICS } from './index.ts';

type Json = Readonly<Record<string, unknown>>;
type Override = (context: { zodSchema: unknown; jsonSchema: object }) => void;
const schema = (type: z.ZodType, override: Override): Json => z.toJSONSchema(type, { target: 'draft-7', io: 'input', unrepresentable: 'any', override }) as Json;

/** Sets that grow without a new version of the schema: readers pass over a word that they do not know. Every other set is closed. */
const OPEN_SETS: ReadonlySet<unknown> = new Set([FailureCode, IdentityType, ChannelType]);
const kindOf = (variant: Json): unknown => (variant.properties as Record<string, Json> | undefined)?.type?.const;

function addDescription(json: Record<string, unknown>, descriptions: Readonly<Record<string, Description>>): void {
  const kind = kindOf(json);
  const found = typeof kind === 'string' && Object.hasOwn(descriptions, kind) ? descriptions[kind] : undefined;
  if (found) json.description = describe(found);
}

/** As readers may rely on it: unknown further fields, words of open sets and kinds of content are allowed for them, whatever we produce. */
const forReaders: Override = ({ zodSchema, jsonSchema }) => {
  const json = jsonSchema as Record<string, unknown>;
  if (json.additionalProperties === false) delete json.additionalProperties;
  addDescription(json, CONTENT_DESCRIPTIONS);
  if (OPEN_SETS.has(zodSchema)) {
    json.anyOf = [{ type: 'string', enum: json.enum }, { type: 'string' }];
    delete json.type;
    delete json.enum;
  }
  if (Array.isArray(json.oneOf)) {
    const known = (json.oneOf as Json[]).map(kindOf);
    json.anyOf = [...json.oneOf, { type: 'object', description: 'A kind that came later.', properties: { type: { type: 'string', not: { enum: known } } }, required: ['type'] }];
    delete json.oneOf;
  }
};
const forWriters: Override = ({ jsonSchema }) => addDescription(jsonSchema as Record<string, unknown>, OUTBOUND_DESCRIPTIONS);

function eventSchema(type: EventType): Json {
  const { $schema, ...whole } = schema(cloudEvent(type), forReaders);
  const properties = whole.properties as Record<string, Json>;
  // CloudEvents: `dataschema` names the schema that `data` holds to, so its id stands there.
  return {
    $schema,
    title: type,
    description: describe(EVENT_DESCRIPTIONS[type]),
    ...whole,
    properties: { ...properties, data: { $id: `urn:parlance:schema:${type}:1`, ...properties.data } },
  };
}
function commandSchema(type: CommandType): Json {
  const whole = z.object({ specversion: z.literal('1.0'), id: z.string(), source: z.string(), type: z.literal(type), data: COMMANDS[type] });
  const { $schema, ...rest } = schema(whole, forWriters);
  return { $schema, title: type, description: describe(COMMAND_DESCRIPTIONS[type]), ...rest };
}
export const eventSchemas = (): Record<string, Json> => Object.fromEntries((Object.keys(EVENT_DATA) as EventType[]).map((type) => [type, eventSchema(type)]));
export const commandSchemas = (): Record<string, Json> => Object.fromEntries((Object.keys(COMMANDS) as CommandType[]).map((type) => [type, commandSchema(type)]));

/** Inside one document the schemas need no ids of their own. */
function inlined({ $schema: _dialect, title: _title, ...rest }: Json): Json {
  const properties = rest.properties as Record<string, Json>;
  const { $id: _id, ...data } = properties.data ?? {};
  return { ...rest, properties: { ...properties, data } };
}
const message = (name: string, payload: Json): Json => ({
  name,
  summary: payload.description,
  contentType: 'application/cloudevents+json',
  payload: inlined(payload),
  headers: {
    type: 'object',
    properties: Object.fromEntries(['content-type', 'ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'traceparent'].map((h) => [h, { type: 'string' }])),
  },
  bindings: { kafka: { key: { type: 'string', description: 'conversation id, else channel id' }, bindingVersion: '0.5.0' } },
});
const camel = (name: string) => name.replace(/[.-](\w)/g, (_, c: string) => c.toUpperCase());

/** AsyncAPI 3.0 of the topics; the prefix is that of the installation. */
export function asyncapi(prefix = 'parlance.'): Json {
  const events = eventSchemas();
  const commands = commandSchemas();
  const channels: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  for (const [topic, types] of Object.entries(TOPICS)) {
    const name = camel(topic);
    channels[name] = { address: `${prefix}${topic}`, messages: Object.fromEntries(types.map((t) => [camel(t), message(t, events[t] as Json)])) };
    operations[`${name}Publish`] = { action: 'send', channel: { $ref: `#/channels/${name}` }, summary: `Parlance publishes ${types.join(', ')}` };
  }
  const name = camel(COMMANDS_TOPIC);
  channels[name] = { address: `${prefix}${COMMANDS_TOPIC}`, messages: Object.fromEntries(Object.entries(commands).map(([t, s]) => [camel(t), message(t, s)])) };
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
