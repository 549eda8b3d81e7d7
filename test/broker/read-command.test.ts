import { takeCommand } from '../../src/broker/commands.ts';
import { GatewayError } from '../../src/gateway-error.ts';

const event = (type: string, data: object, id = 'c1') => Buffer.from(JSON.stringify({ specversion: '1.0', id, type, source: '/desk', data }));
const PREPARED = { channel: 'ch_wa', calls: [] };
/** Takes one command and tells what was written and signalled. */
async function take(value: Buffer, refusal?: GatewayError) {
  const written: [string, Record<string, unknown>][] = [];
  const signalled: unknown[] = [];
  const store = {
    write: async (name: string, args: Record<string, unknown>) => {
      written.push([name, args]);
      if (name === 'prepareSignal' && refusal) throw refusal;
      return PREPARED;
    },
  };
  const options = { store, parseSendCommand: () => ({}), wake: () => {}, signal: async (prepared: unknown) => void signalled.push(prepared), log: () => {} };
  await takeCommand(options as never, value, 'commands/0/1');
  return { written, signalled };
}

test('message.read and conversation.typing are shown at once', async () => {
  const read = await take(event('message.read', { channel: 'ch_wa', message: { platformId: 'wamid.1' }, typing: true }));
  expect(read.written).toEqual([['prepareSignal', { tenant: null, signal: { kind: 'read', channel: 'ch_wa', message: { platformId: 'wamid.1' }, typing: true } }]]);
  expect(read.signalled).toEqual([PREPARED]);
  const typing = await take(event('conversation.typing', { channel: 'ch_wa', to: { conversation: 'cv_1' } }));
  expect(typing.written).toEqual([['prepareSignal', { tenant: null, signal: { kind: 'typing', channel: 'ch_wa', to: { conversation: 'cv_1' } } }]]);
});

test('one that names nothing, or is not of its form, is rejected once with its id and pointer', async () => {
  const refused = await take(
    event('message.read', { channel: 'ch_wa', message: { id: 'ms_1' } }),
    new GatewayError('not_found', 'There is no such message.', { pointer: '/message' }),
  );
  expect(refused.written.at(-1)).toEqual(['rejectCommand', expect.objectContaining({ commandId: 'c1', code: 'not_found', pointer: '/data/message', channel: 'ch_wa' })]);
  const unfit = await take(event('conversation.typing', { channel: 'ch_wa' }));
  expect(unfit.written).toEqual([['rejectCommand', expect.objectContaining({ commandId: 'c1', code: 'command_invalid', pointer: '/data/to' })]]);
  expect([...refused.signalled, ...unfit.signalled]).toEqual([]);
});
