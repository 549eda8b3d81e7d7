import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Publisher } from '../../src/broker/publish-rows.ts';
import { publishFrom } from '../../src/broker/relay.ts';
import type { LogStore } from '../../src/store/port.ts';
import { quiet } from '../support/log-store.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('waiting for the log over and over keeps nothing', async () => {
  let rouse: (last: number) => void = quiet;
  let looks = 0;
  const store = {
    readLog: async () => {
      looks++;
      return [];
    },
    onEvents(listener: (last: number) => void) {
      rouse = listener;
      return quiet;
    },
  } as unknown as LogStore;
  const end = new AbortController();
  const life = publishFrom({ store, client: {} as never, prefix: '', installation: 'waits', log: quiet, publisher: {} as Publisher, ends: {}, there: new Set() }, 0, end.signal);
  const waits = async (count: number) => {
    for (let i = 0; i < count; i++) {
      rouse(0);
      await turn();
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await waits(2000);
  const after = await waits(20_000);
  end.abort();
  await life;
  expect(looks).toBeGreaterThan(20_000);
  expect((after - before) / 20_000).toBeLessThan(40); // bytes a wait; what waits for a promise that stays open keeps some 300
}, 60_000);
