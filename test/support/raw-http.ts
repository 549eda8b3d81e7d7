import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** Status of each answer on the connection, in order. */
  readonly statuses: readonly number[];
  readonly text: string;
  readonly closed: boolean;
}
/** Bytes, or a pause in milliseconds between them. */
export type Piece = Buffer | string | number;

const STATUS = /HTTP\/1\.1 (\d{3}) /g;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Writes bytes as they are on a connection of its own, and reads until `answers` have come, the other side closes, or `ms` are over. */
export async function speak(port: number, pieces: readonly Piece[], { ms = 10_000, answers = 1, half = false } = {}): Promise<RawAnswer> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const state = { text: '', closed: false };
  socket.setEncoding('latin1');
  socket.on('data', (data) => {
    state.text += String(data);
  });
  for (const event of ['end', 'close', 'error'] as const)
    socket.on(event, () => {
      state.closed = true;
    });
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece);
    else if (!state.closed) socket.write(piece);
  }
  if (half) socket.end();
  const statuses = () => [...state.text.matchAll(STATUS)].map((m) => Number(m[1])).filter((s) => s >= 200);
  for (const end = performance.now() + ms; performance.now() < end && !state.closed && statuses().length < answers; ) await sleep(10);
  socket.destroy();
  return { statuses: statuses(), text: state.text, closed: state.closed };
}
