import { parentPort, workerData } from 'node:worker_threads';
import { JournalFiles } from './journal-files.ts';
import { unpackRecords } from './packed-records.ts';
import type { JournalRequest, JournalWorkerData } from './protocol.ts';

/** The journal's thread: one commit at a time; what the main thread gathered meanwhile is the next one. */
const port = parentPort;
if (!port) throw new Error('journal-worker runs in a worker thread');
const data = workerData as JournalWorkerData;
const files = new JournalFiles(data);
port.postMessage({ type: 'ready', last: files.last, received: files.received });
const beat = setInterval(() => port.postMessage({ type: 'beat' }), 1000);

port.on('message', (request: JournalRequest) => {
  if (request.type === 'append') {
    const result = files.append(unpackRecords(request.records), Date.now());
    port.postMessage({ type: 'appended', ...result, received: files.received });
    if ('fatal' in result && result.fatal) process.nextTick(() => process.exit(1));
  } else if (request.type === 'retain') {
    port.postMessage({ type: 'retained', dropped: files.retain(request.processed, request.now) });
  } else {
    clearInterval(beat);
    files.close();
    port.postMessage({ type: 'closed' });
    port.close();
  }
});
