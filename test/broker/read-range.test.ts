import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../src/broker/kafkajs/client.ts';
import { readIds } from '../../src/broker/kafkajs/read-range.ts';

type Crash = (event: { payload: { error: Error } }) => void;

/** A client whose consumer crashes as that of kafkajs 2.2.4 does: it says so while `run` is still at it, which then returns as if all were well. */
function crashing(error: Error): { client: Client; asked: string[] } {
  const asked: string[] = [];
  let crash: Crash | undefined;
  const client = {
    admin: () => ({
      connect: async () => {},
      fetchTopicOffsets: async () => [{ partition: 0, low: '0', high: '9' }],
      disconnect: async () => {},
    }),
    consumer: () => ({
      on(name: string, listener: Crash) {
        if (name === 'consumer.crash') crash = listener;
      },
      connect: async () => {},
      subscribe: async () => {},
      async run() {
        crash?.({ payload: { error } });
        await sleep(10);
        asked.push('run returned');
      },
      seek: () => void asked.push('seek'),
      disconnect: async () => void asked.push('disconnect'),
    }),
  };
  return { client: client as unknown as Client, asked };
}

// Where nobody heard the crash in that moment, the process had an unhandled rejection, which ends the worker thread.
test('a consumer that crashes before it runs ends the reading with its error, and no rejection is left unhandled', async () => {
  const { client, asked } = crashing(new Error('The coordinator is loading'));
  await expect(readIds(client, { groupId: 'check', from: {}, to: { events: { 0: '9' } } })).rejects.toThrow('The coordinator is loading');
  expect(asked).toEqual(['run returned', 'seek', 'disconnect']);
});
