import { connect, createServer, type Socket } from 'node:net';

/** Produce, by the protocol's numbers. */
export const PRODUCE = 0;

/**
 * A TCP proxy that knows the frames of the Kafka protocol (size, api key, version, correlation id). It swallows answers, or holds
 * requests back and lets them go later, even when their sender is dead by then.
 */
export async function startKafkaProxy(target: () => { port: number }, port: number) {
  const state = { dropAnswers: 0, holding: false, held: [] as (() => void)[], dropped: 0 };
  const sockets = new Set<Socket>();
  const frames = (onFrame: (frame: Buffer) => void) => {
    let rest = Buffer.alloc(0);
    return (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0);
        onFrame(rest.subarray(0, end));
        rest = rest.subarray(end);
      }
    };
  };
  const server = createServer((client) => {
    const broker = connect(target().port, '127.0.0.1');
    const swallow = new Set<number>();
    const mine = { held: 0 };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on(
      'data',
      frames((frame) => {
        const correlation = frame.readInt32BE(8);
        if (frame.readInt16BE(4) === PRODUCE && state.dropAnswers > 0) {
          state.dropAnswers--;
          swallow.add(correlation);
        }
        if (frame.readInt16BE(4) === PRODUCE && state.holding) {
          mine.held++;
          state.held.push(() => broker.write(frame));
          return;
        }
        broker.write(frame);
      }),
    );
    broker.on(
      'data',
      frames((frame) => {
        if (swallow.delete(frame.readInt32BE(4))) return void state.dropped++;
        if (!client.destroyed) client.write(frame);
      }),
    );
    // A held request outlives its sender: the broker's side stays open while one waits.
    client.on('close', () => mine.held === 0 && broker.destroy());
    broker.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    /** The answers of the next `n` produce requests never come. */
    dropAnswers(n: number) {
      state.dropAnswers = n;
    },
    dropped: () => state.dropped,
    hold() {
      state.holding = true;
    },
    held: () => state.held.length,
    /** New requests pass; what is held stays. */
    pass() {
      state.holding = false;
    },
    /** What was held goes to the broker now. */
    release() {
      for (const go of state.held.splice(0)) go();
    },
    /** Every connection ends; the next ones pass. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
