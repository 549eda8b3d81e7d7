import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { JournalFiles } from './journal-files.ts';
import { unpackRecords } from './packed-records.ts';
import type { JournalRequest, JournalWorkerData } from './protocol.ts';

/** The journal's thread: one commit at a time; all that was sent meanwhile is the next one. */
const MOST = { records: 2000, bytes: 16 * 1024 * 1024 };
const port = parentPort;
if (!port) throw new Error('journal-worker runs in a worker thread');
const data = workerData as JournalWorkerData;
const files = new JournalFiles(data);
port.postMessage({ type: 'ready', last: files.last, received: files.received });
const beat = setInterval(() => port.postMessage({ type: 'beat' }), 1000);

/** What is there already is written in one commit with the first; what else was asked for comes after it. */
function append(first: JournalRequest & { type: 'append' }): void {
  const records = unpackRecords(first.records);
  let bytes = first.records.bodies.length;
  let other: JournalRequest | undefined;
  while (port && !other && records.length < MOST.records && bytes < MOST.bytes) {
    const next = receiveMessageOnPort(port) as { message: JournalRequest } | undefined;
    if (!next) break;
    if (next.message.type !== 'append') other = next.message;
    else {
      for (const record of unpackRecords(next.message.records)) records.push(record);
      bytes += next.message.records.bodies.length;
    }
  }
  const result = files.append(records, Date.now());
  port?.postMessage({ type: 'appended', ...result, received: files.received });
  if ('fatal' in result && result.fatal) process.nextTick(() => process.exit(1));
  else if (other) take(other);
}
function take(request: JournalRequest): void {
  if (request.type === 'append') append(request);
  else if (request.type === 'retain') port?.postMessage({ type: 'retained', dropped: files.retain(request.processed, request.now) });
  else {
    clearInterval(beat);
    files.close();
    port?.postMessage({ type: 'closed' });
    port?.close();
  }
}
port.on('message', take);
