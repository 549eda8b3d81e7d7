import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { LEFT_OUT } from '../../adapters/_graph/messaging/left-out.ts';
import type { ChannelAdapter } from '../../adapters/contract.ts';
import type { Fact } from '../../adapters/facts.ts';
import { ID_PARTS, Identity, InboundContent } from '../../schemas/index.ts';
import { countMessagingElements } from './messaging-elements.ts';
import { type Loose, missingFrom, mutated, RUNS, verifiedJson } from './payloads.ts';
import { notFoundAgain } from './told.ts';

interface Suite {
  readonly adapter: ChannelAdapter;
  /** Where `shapes.json` and `payloads/` are. */
  readonly dir: string;
  readonly object: 'page' | 'instagram';
  readonly account: string;
  readonly customer: string;
}
type Row = readonly [what: string, element: Loose, expected: readonly (Loose | string)[]];
const LISTS = ['messaging', 'standby', 'changes'] as const;

/** The tests that every channel of the Messenger Platform passes: payload to fact, every shape, nothing left out, total, ids. */
export function messagingSuite({ adapter, dir, object, account, customer }: Suite) {
  const load = (name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as unknown;
  const rows = LISTS.flatMap((list) => (load(`payloads/${list}.json`) as Row[]).map(([what, element, expected]) => ({ what, list, element, expected })));
  const bodyOf = (list: string, given: Loose) => {
    const { entry: entryId = account, ...element } = given;
    const whole = list === 'changes' ? element : { sender: { id: customer }, recipient: { id: account }, timestamp: 1_795_341_599_871, ...element };
    const present = Object.fromEntries(Object.entries(whole).filter(([, v]) => v !== null));
    return { object, entry: [{ id: entryId, time: 1_795_341_700_000, [list]: [present] }] };
  };
  const normalize = (body: unknown) => adapter.normalize(verifiedJson(body, '/webhooks/messenger'));
  const facts = (body: unknown) => JSON.parse(JSON.stringify(normalize(body).facts)) as Loose[];
  const bodies = rows.map(({ list, element }) => bodyOf(list, element));
  const sound = rows.filter(({ expected }) => !expected.some((e) => typeof e === 'string'));

  test.each(rows.map((row) => [row.what, row] as const))('%s', (_what, { list, element, expected }) => {
    const body = bodyOf(list, element);
    const { rejects } = normalize(body);
    const told = facts(body);
    expect(rejects.map((r) => r.code)).toEqual(expected.filter((e) => typeof e === 'string'));
    expect(told).toHaveLength(expected.filter((e) => typeof e !== 'string').length);
    for (const [i, fact] of told.entries()) expect(fact).toMatchObject(expected[i] as Loose);
    for (const r of rejects)
      expect(r).toMatchObject({ channelType: adapter.channel, account, path: expect.stringMatching(new RegExp(`^entry\\[0\\]\\.${list}\\[0\\]`)) as string });
  });

  test('every message is found again by the platform id that it has', () => {
    const facts = bodies.flatMap((body) => normalize(body).facts);
    expect(facts.filter((f) => f.body.kind === 'message').length).toBeGreaterThan(5);
    expect(notFoundAgain(facts)).toEqual([]);
  });

  test('every shape that the platform names has a payload, and every payload is of a shape', () => {
    const named = Object.values(load('shapes.json') as Record<string, string[]>).flat();
    const there = rows.map(({ what }) => what);
    expect(named.filter((what) => !there.includes(what))).toEqual([]);
    expect(there.filter((what) => !named.includes(what))).toEqual([]);
    expect(new Set(there).size).toBe(there.length);
  });

  test.each(sound.filter(({ expected }) => (expected[0] as { body?: Loose }).body?.kind !== 'absorbed').map(({ what, list, element }) => [what, bodyOf(list, element)] as const))(
    'nothing left out: %s',
    (_what, body) => expect(missingFrom(normalize(body), body, LEFT_OUT)).toEqual([]),
  );

  test('ids are made of what the table says; content and addresses are of the schemas', () => {
    for (const { list, element } of sound)
      for (const fact of normalize(bodyOf(list, element)).facts) {
        const [type, owner, meaning, ...rest] = fact.idParts;
        expect([type, owner]).toEqual([adapter.channel, account]);
        expect(Object.keys(ID_PARTS)).toContain(meaning);
        expect(rest.length).toBeGreaterThan(0);
        for (const address of fact.addresses) expect(Identity.safeParse(address).success).toBe(true);
        const content = fact.body.kind === 'message' || fact.body.kind === 'edit' ? fact.body.content : null;
        if (content && content.type !== 'outbound') expect(InboundContent.safeParse(content).error).toBeUndefined();
      }
  });

  test('a rejected element comes back as the same reject from its own bytes', () => {
    const odd = [...bodies, { object, entry: [null, 7, {}, { id: account }, { id: account, messaging: 7 }, { id: account, auras: [1] }] }];
    for (const body of odd)
      for (const reject of normalize(body).rejects) {
        const again = normalize(reject.element ?? '');
        expect(again.facts).toEqual([]);
        expect(again.rejects).toMatchObject([{ code: reject.code, reason: reject.reason }]);
      }
  });

  test('every entry, every list of it and every element of that, each by itself; one that is broken costs only itself', () => {
    const good = (n: number) => ({ sender: { id: customer }, recipient: { id: account }, timestamp: 1_795_341_599_871, message: { mid: `m_${n}`, text: 'x' } });
    const body = {
      object,
      entry: [
        { id: account, time: 1, messaging: [good(1), null, good(2)], standby: [good(3)] },
        { id: account, time: 2, changes: [{ field: 'auras', value: {} }], messaging: [good(4)] },
        { id: account, time: 3, standby: [{ sender: { id: customer }, message: {} }, good(5)] },
      ],
    };
    const { facts: told, rejects } = normalize(body);
    expect(told.map((f) => [f.path, (f.body as { platformId?: string }).platformId])).toEqual([
      ['entry[0].messaging[0]', 'm_1'],
      ['entry[0].messaging[2]', 'm_2'],
      ['entry[0].standby[0]', 'm_3'],
      ['entry[1].messaging[0]', 'm_4'],
      ['entry[2].standby[1]', 'm_5'],
    ]);
    expect(rejects.map((r) => [r.path, r.code])).toEqual([
      ['entry[0].messaging[1]', 'malformed_element'],
      ['entry[1].changes[0].value', 'unknown_field'],
      ['entry[2].standby[0]', 'malformed_element'],
    ]);
  });

  test('the same message through messaging, standby and a second delivery is one message', () => {
    const element = { message: { mid: 'm_same', text: 'x' } };
    const ids = [bodyOf('messaging', element), bodyOf('standby', element), bodyOf('messaging', { ...element, timestamp: 1_795_341_699_871 })].map(
      (body) => normalize(body).facts[0]?.idParts,
    );
    expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(1);
  });

  test('every digit of a big integer survives', () => {
    const body = JSON.stringify(bodyOf('messaging', { message: { mid: 'm_big', attachments: [{ type: 'post', payload: { url: '/p', id: 'BIG' } }], app: 'BIG' } }));
    expect(normalize(body.replaceAll('"BIG"', '10490000000000000077')).facts[0]?.body).toMatchObject({
      content: { platformId: '10490000000000000077' },
      platform: { app: '10490000000000000077' },
    });
  });

  test(`mutated payloads: nothing throws, facts and rejects equal an independent count, the same every time (${RUNS} runs)`, () => {
    fc.assert(
      fc.property(mutated(bodies as Loose[]), (text) => {
        const once = normalize(text);
        expect(once.facts.length + once.rejects.length).toBe(countMessagingElements(JSON.parse(text), object));
        expect(JSON.stringify(normalize(text))).toBe(JSON.stringify(once));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    ['brackets', '['.repeat(200_000)],
    ['null', 'null'],
    ['nothing', ''],
    ['half', `{"object":"${object}",`],
    ['no entries', JSON.stringify({ object, entry: [] })],
    ['another object', JSON.stringify({ object: 'user', entry: [{}] })],
  ])('hopeless: %s is one reject', (_what, body) => expect(normalize(body)).toMatchObject({ facts: [], rejects: [{ code: 'malformed_body', path: '' }] }));

  return { bodyOf, normalize, factsOf: (list: string, element: Loose): readonly Fact[] => normalize(bodyOf(list, element)).facts };
}
