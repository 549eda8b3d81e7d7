import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createAdapters } from '../../../adapters/index.ts';
import { GatewayError } from '../../gateway-error.ts';
import { createConverter } from '../../media/convert/create-converter.ts';
import { guardedFetch } from '../../media/guarded-fetch.ts';
import { MediaFault } from '../../media/media-fault.ts';
import { openMediaStore } from '../../media/open-media-store.ts';
import type { OperationArgs, OperationName, Store } from '../../store/port.ts';
import { createMeeting } from './create-meeting.ts';
import type { Examine } from './meet-need.ts';
import type { Ask, FromThread, PreparingData, ToThread } from './preparing-thread.ts';

/** The thread in which files are got ready: it fetches, hashes, converts and uploads; what it needs of the store it asks for. */
const NICE = 5;
const port = parentPort;
if (!port) throw new Error('preparing-worker runs in a worker thread');
if (process.platform === 'linux') setPriority(0, NICE); // of this thread alone: acknowledgements come first
const data = workerData as PreparingData;
const running = new Map<number, AbortController>();
const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let last = 0;
const tell = (message: FromThread) => port.postMessage(message);
function ask(what: Ask): Promise<unknown> {
  const id = ++last;
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
    tell({ type: 'ask', ask: id, ...what });
  });
}
const mediaStore = openMediaStore(data.settings);
const meet = createMeeting({
  store: { write: (<K extends OperationName>(name: K, args: OperationArgs<K>) => ask({ what: 'write', name, args })) as Store['write'] },
  mediaStore,
  converter: createConverter({ dir: data.conversions, ...data.conversion }),
  adapters: createAdapters(),
  fetch: guardedFetch,
  examine: (file) => ask({ what: 'examine', file }) as ReturnType<Examine>,
  async hold(key, work) {
    await ask({ what: 'hold', key });
    try {
      return await work();
    } finally {
      await ask({ what: 'release', key });
    }
  },
});

port.on('message', (message: ToThread) => {
  if (message.type === 'abort') return running.get(message.id)?.abort(new Error('the gateway stops'));
  if (message.type === 'close') {
    for (const abort of running.values()) abort.abort(new Error('the gateway stops'));
    return void mediaStore.close().finally(() => port.close());
  }
  if (message.type === 'answer') {
    const { ask: id, value, fault } = message;
    const w = asked.get(id);
    asked.delete(id);
    if (!fault) w?.resolve(value);
    else w?.reject(fault.kind === 'store' ? new GatewayError('store_unavailable', fault.message) : new MediaFault(fault.kind, fault.message));
    return undefined;
  }
  const { id, task, channel } = message;
  const abort = new AbortController();
  running.set(id, abort);
  return void meet(task, channel, abort.signal).then((failure) => {
    running.delete(id);
    tell({ type: 'met', id, failure });
  });
});
