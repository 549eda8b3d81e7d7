import { consumeOnce } from '../../src/broker/commands.ts';
import type { Client } from '../../src/broker/kafkajs/client.ts';
import type { LogStore } from '../../src/store/port.ts';
import { quiet } from '../support/log-store.ts';

const { jest: spies } = import.meta as unknown as { jest: typeof jest };

/** A life with a client whose consumer only tells what it is asked. */
function lifeOf(fault?: Error): { once(signal: AbortSignal): Promise<void>; asked: string[]; config: Record<string, unknown> } {
  const asked: string[] = [];
  const config: Record<string, unknown> = {};
  const consumer = {
    on: () => {},
    connect: async () => {
      asked.push('connect');
      if (fault) throw fault;
    },
    subscribe: async () => {},
    run: async () => void asked.push('run'),
    disconnect: async () => void asked.push('disconnect'),
  };
  const client = {
    consumer: (given: object) => {
      Object.assign(config, given);
      return consumer;
    },
  } as unknown as Client;
  const options = { client, store: {} as LogStore, topic: 'commands', group: 'commands', parseSendCommand: quiet as never, wake: quiet, signal: async () => {}, log: quiet };
  return { once: (signal) => consumeOnce(options, signal), asked, config };
}
beforeEach(() => void spies.useFakeTimers());
afterEach(() => void spies.useRealTimers());

const gone = () => AbortSignal.abort();
const stays = () => new AbortController().signal;
// A consumer that lives on keeps its partitions, and what is sent there waits for nobody; a watch that does keeps the thread.
test.each([
  ['that was stopped while its topics were looked up begins no consumer', gone, undefined, null, []],
  ['whose broker can not be reached ends with that error', stays, new Error('ECONNREFUSED'), 'ECONNREFUSED', ['connect', 'disconnect']],
])('a life of the commands %s, and leaves nothing behind', async (_what, signal, fault, error, asked) => {
  const life = lifeOf(fault);
  const ended = life.once(signal());
  if (error) await expect(ended).rejects.toThrow(error);
  else await ended;
  expect(life.asked).toEqual(asked);
  expect(spies.getTimerCount()).toBe(0);
});
test('a life of the commands ends when it is stopped', async () => {
  const stop = new AbortController();
  const life = lifeOf();
  const ended = life.once(stop.signal);
  stop.abort();
  await ended;
  expect(life.asked).toEqual(['connect', 'run', 'disconnect']);
  expect(life.config.maxWaitTimeInMs).toBeLessThanOrEqual(1000); // disconnect waits for the fetch that is under way
  expect(spies.getTimerCount()).toBe(0);
});
