import { COMMANDS } from '../../schemas/commands.ts';
import { InboundContent, OutboundContent } from '../../schemas/content.ts';
import { COMMAND_DESCRIPTIONS, CONTENT_DESCRIPTIONS, type Description, EVENT_DESCRIPTIONS, OUTBOUND_DESCRIPTIONS } from '../../schemas/descriptions.ts';
import { cloudEvent, EVENT_DATA, type EventType, TOPIC_OF, TOPICS } from '../../schemas/events.ts';
import { FAILURES } from '../../schemas/failures.ts';

const types = Object.keys(EVENT_DATA) as EventType[];
const kinds = (union: { options: readonly { shape: { type: { value: string } } }[] }) => union.options.map((option) => option.shape.type.value);

test('every event type stands on one topic', () => {
  const placed = Object.values(TOPICS).flat();
  expect([...placed].sort()).toEqual([...types].sort());
  expect(new Set(placed).size).toBe(placed.length);
  for (const type of types) expect(TOPICS[TOPIC_OF[type]]).toContain(type);
});

test.each<[string, readonly string[], Readonly<Record<string, Description>>]>([
  ['event types', types, EVENT_DESCRIPTIONS],
  ['commands', Object.keys(COMMANDS), COMMAND_DESCRIPTIONS],
  ['inbound content', kinds(InboundContent as never), CONTENT_DESCRIPTIONS],
  ['outbound content', kinds(OutboundContent as never), OUTBOUND_DESCRIPTIONS],
])('%s have meaning and source, and nothing else is described', (_what, names, descriptions) => {
  expect(Object.keys(descriptions).sort()).toEqual([...names].sort());
  for (const { meaning, source } of Object.values(descriptions)) {
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(source).toMatch(/^\S.*\.$/);
  }
});

describe('failure codes', () => {
  test.each(Object.entries(FAILURES))('%s says what it is and what to do', (code, { status, title, advice }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect([200, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504]).toContain(status);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(advice).toMatch(/\.$/);
  });

  test('no two have the same title', () => {
    const titles = Object.values(FAILURES).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

/** The example of the contract. */
const example = {
  specversion: '1.0',
  id: 'f15ab2f9-8f9c-5de0-acf8-b210f9b260ed',
  type: 'message.received',
  source: '/channels/ch_wa',
  subject: 'cv_1',
  time: '2026-11-22T09:20:24.000Z',
  dataschema: 'urn:parlance:schema:message.received:1',
  datacontenttype: 'application/json',
  data: {
    seq: 17,
    tenant: 'acme',
    channel: { id: 'ch_wa', type: 'whatsapp', address: '+15550100199', name: 'Acme support' },
    contact: { id: 'ct_1', name: 'Ana', identities: [{ type: 'phone', value: '+447700900123' }] },
    conversation: { id: 'cv_1', windowExpiresAt: '2026-11-23T09:20:24.000Z' },
    message: {
      id: 'ms_1',
      platformId: 'wamid.A',
      direction: 'inbound',
      content: { type: 'text', text: 'Is my parcel late?' },
      sentAt: '2026-11-22T09:20:24.000Z',
      receivedAt: '2026-11-22T09:20:25.000Z',
    },
    raw: { journal: 'jr_1', path: 'entry[0].changes[0].value.messages[0]' },
  },
};
const { seq: _seq, ...withoutSeq } = example.data;

test.each<[string, object, boolean]>([
  ['as the contract shows it', example, true],
  ['late', { ...example, data: { ...example.data, late: true } }, true],
  ['late is true or absent', { ...example, data: { ...example.data, late: false } }, false],
  ['without seq', { ...example, data: withoutSeq }, false],
  ['seq begins at 1', { ...example, data: { ...example.data, seq: 0 } }, false],
  ['an id that is no UUIDv5', { ...example, id: '3f2b8c1e-0d4a-4b6e-9c7f-1a2b3c4d5e6f' }, false],
  ['another type’s schema', { ...example, dataschema: 'urn:parlance:schema:message.echo:1' }, false],
  ['a field that we never write', { ...example, data: { ...example.data, extra: 1 } }, false],
])('an event: %s', (_what, event, ok) => expect(cloudEvent('message.received').safeParse(event).success).toBe(ok));
