import fc from 'fast-check';
import type { RenderContext } from '../../adapters/contract.ts';
import { createAdapters } from '../../adapters/index.ts';
import type { OutboundContent } from '../../schemas/index.ts';
import { anyContent } from '../support/any-content.ts';
import { KINDS } from '../support/content-kinds.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';

/** The simulated platforms check by rules of their own, made from the same pages by other hands: what we render, they take. */
const PHONE = '447700900123';
const ROWS = [
  ['whatsapp', 'whatsapp', 'wa-token', '207700000000123'],
  ['messenger', 'messenger', 'fb-token', '104900000000001'],
  ['instagram', 'messenger', 'ig-token', '17841400000000001'],
] as const;
const adapters = createAdapters();
const sandboxes = new Map<string, Sandbox>();
beforeAll(async () => {
  for (const platform of ['whatsapp', 'messenger'] as const) sandboxes.set(platform, await startSandbox(platform, { limits: false }));
});
afterAll(async () => {
  for (const sandbox of sandboxes.values()) await sandbox.stop();
});
/** Refused by the platform for what it does not have, and by us where we know: a template nobody made, and a raw payload of another platform. */
const OWN = ['template', 'raw'];

type Row = (typeof ROWS)[number];
/** Where a customer has just written: how they are addressed, and what may be answered or reacted to. */
async function talk([type, platform, token, account]: Row) {
  const sandbox = sandboxes.get(platform) as Sandbox;
  const written = (await sandbox.call(`/sandbox/${type}/messages`, { body: { from: PHONE, text: 'hi' } })).json as { id: string; customer: string };
  const to: RenderContext['to'] = type === 'whatsapp' ? { type: 'phone', value: `+${PHONE}` } : { type: type === 'messenger' ? 'psid' : 'igsid', value: String(written.customer) };
  const context: RenderContext = {
    channel: { id: 'ch', type, account, settings: {} },
    publicUrl: 'https://gw.example/',
    to,
    ownId: 'ms_1.1',
    reactTo: written.id,
    replyTo: written.id,
  };
  return async (content: OutboundContent): Promise<number> => {
    const made = adapters.of(type, 'meta')?.render(content, context);
    if (!made?.ok) return 0;
    if (made.value.needs) return made.value.calls.length; // not final: what stands for an upload is no id of the platform's
    for (const call of made.value.calls) {
      const { status, json } = await sandbox.call(call.path, { token, body: call.body });
      expect([status, json.error, call.body]).toEqual([200, undefined, call.body]);
    }
    return made.value.calls.length;
  };
}
test.each(ROWS.flatMap((row) => Object.keys(KINDS).flatMap((kind) => (OWN.includes(kind) ? [] : [[row[0], kind, row] as const]))))(
  '%s takes every call of %s',
  async (_type, kind, row) => {
    const send = await talk(row);
    expect(await send(KINDS[kind] as OutboundContent)).toBeGreaterThan(0);
  },
);

test.each(ROWS.map((row) => [row[0], row] as const))('%s takes every call of any content that we do not refuse', async (_type, row) => {
  const send = await talk(row);
  await fc.assert(
    fc.asyncProperty(anyContent, async (content) => void (await send(content))),
    { numRuns: 60 },
  );
});
