import net from 'node:net';
import { CLOCK } from './clock.ts';
import { createHistogram, type Quantiles } from './histogram.ts';
import { fill, type Load, newRequest, signAll } from './load.ts';
import { cpuSeconds } from './proc.ts';

/** The load generator, a process of its own: raw sockets, requests signed beforehand, an answer read as far as its length. Told what to do by its parent. */
export interface Target {
  readonly port: number;
  readonly connections: number;
  /** Processes whose processor time is counted over the measured span. */
  readonly pids: readonly number[];
}
export type Order =
  | { readonly type: 'prepare'; readonly load: Load }
  /** Ends an open loop before its time; that is its answer. */
  | { readonly type: 'stop' }
  | ({ readonly type: 'closed'; readonly warmMs: number; readonly runMs: number /** Bodies may be sent again: the server keeps nothing. */; readonly again: boolean } & Target)
  | ({ readonly type: 'open'; readonly rate: number; readonly warmMs: number; readonly runMs: number; readonly patienceMs: number } & Target);
export interface Outcome {
  /** 200s of the whole run, warm-up and tail included. */
  readonly accepted: number;
  readonly errors: number;
  /** Bodies used: the next load begins after them. */
  readonly used: number;
  /** Of the measured span. */
  readonly perSecond: number;
  readonly latency: Quantiles;
  readonly seconds: number;
  readonly measured: number;
  readonly cpu: number;
  readonly cpuOf: readonly number[];
  /** Monotonic milliseconds of the machine when message `first` was due (open loop). */
  readonly startedAt: number;
}

interface Connection {
  readonly socket: net.Socket;
  readonly request: Buffer;
  due: number;
  measured: boolean;
}
interface Hooks {
  /** A 200, or anything else (broken: the connection is gone). */
  answered(connection: Connection, ok: boolean, broken: boolean): void;
}

/** Length of a whole answer whose head ends in `bytes`; 0 where more must come. */
function lengthOf(bytes: Buffer): number {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head));
  return head + 4 + Number(length?.[1] ?? 0);
}

function connect(port: number, hooks: Hooks): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let known = -1; // the length of a 200 of this server: the same answer is not read again
    let rest: Buffer = Buffer.alloc(0);
    const take = (bytes: Buffer): void => {
      if (rest.length === 0 && bytes.length === known && bytes[9] === 50 && bytes[10] === 48 && bytes[11] === 48) return hooks.answered(connection, true, false);
      rest = rest.length ? Buffer.concat([rest, bytes]) : Buffer.from(bytes);
      const whole = lengthOf(rest);
      if (!whole || rest.length < whole) return;
      const ok = rest.toString('latin1', 9, 12) === '200';
      if (ok) known = whole;
      rest = Buffer.alloc(0);
      hooks.answered(connection, ok, false);
    };
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(16 * 1024),
        callback: (n: number, buffer: Uint8Array) => {
          take(Buffer.from(buffer.buffer, buffer.byteOffset, n));
          return true;
        },
      },
    });
    const connection: Connection = { socket, request: newRequest(), due: 0, measured: false };
    let open = false;
    socket.on('error', (error) => (open ? undefined : reject(error)));
    socket.on('close', () => open && hooks.answered(connection, false, true));
    socket.once('connect', () => {
      open = true;
      resolve(connection);
    });
  });
}

let load: Load = { first: 0, count: 0, senders: 1, channels: 1, epoch: 0 };
let signatures: Buffer = Buffer.alloc(0);
let place = 0;
let stopOpen = () => {};

/** Processor time and clock at the two ends of the measured span. */
function createSpan(pids: readonly number[]) {
  const mark = () => ({ at: performance.now(), own: process.cpuUsage(), of: pids.map(cpuSeconds) });
  let [from, to] = [mark(), mark()];
  return {
    begin() {
      from = mark();
    },
    end() {
      to = mark();
    },
    result: () => ({
      seconds: (to.at - from.at) / 1000,
      cpu: (to.own.user + to.own.system - from.own.user - from.own.system) / 1e6,
      cpuOf: to.of.map((s, i) => s - (from.of[i] ?? 0)),
    }),
  };
}

async function closed(order: Order & { type: 'closed' }): Promise<Outcome> {
  const histogram = createHistogram();
  const span = createSpan(order.pids);
  const state = { stop: false, measuring: false, accepted: 0, errors: 0, measured: 0, busy: 0 };
  const begun = place;
  const drained = Promise.withResolvers<void>();
  const next = (c: Connection): void => {
    if (place === load.count && order.again) place = 0;
    if (state.stop || place === load.count) {
      if (--state.busy === 0) drained.resolve();
      return;
    }
    fill(c.request, load, signatures, load.first + place++);
    c.due = performance.now();
    c.measured = state.measuring;
    c.socket.write(c.request);
  };
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () =>
      connect(order.port, {
        answered(c, ok, broken) {
          if (state.busy === 0) return;
          if (ok) state.accepted++;
          else state.errors++;
          if (ok && state.measuring) {
            state.measured++;
            if (c.measured) histogram.record(performance.now() - c.due);
          }
          if (broken) {
            if (--state.busy === 0) drained.resolve();
          } else next(c);
        },
      }),
    ),
  );
  state.busy = connections.length;
  for (const c of connections) next(c);
  const wait = (ms: number) => Promise.race([drained.promise, new Promise<void>((resolve) => setTimeout(resolve, ms))]);
  await wait(order.warmMs);
  span.begin();
  state.measuring = true;
  await wait(order.runMs);
  state.measuring = false;
  span.end();
  state.stop = true;
  await Promise.race([drained.promise, new Promise((resolve) => setTimeout(resolve, 60_000))]);
  const tail = state.busy;
  state.busy = 0;
  for (const c of connections) c.socket.destroy();
  const { seconds, cpu, cpuOf } = span.result();
  return {
    accepted: state.accepted,
    errors: state.errors + tail,
    used: place - begun,
    perSecond: state.measured / seconds,
    latency: histogram.quantiles(),
    measured: state.measured,
    seconds,
    cpu,
    cpuOf,
    startedAt: 0,
  };
}

async function open(order: Order & { type: 'open' }): Promise<Outcome> {
  const histogram = createHistogram();
  const span = createSpan(order.pids);
  let total = Math.min(load.count - place, Math.round((order.rate * (order.warmMs + order.runMs)) / 1000));
  const warm = Math.round((order.rate * order.warmMs) / 1000);
  const begun = place;
  const state = { n: 0, done: 0, accepted: 0, errors: 0, measured: 0, began: false };
  const finished = Promise.withResolvers<void>();
  const free: Connection[] = [];
  const intended = (n: number) => started + (n * 1000) / order.rate;
  const send = (c: Connection, now: number): boolean => {
    if (state.n >= total || intended(state.n) > now) return false;
    fill(c.request, load, signatures, load.first + place++);
    c.due = intended(state.n);
    c.measured = state.n >= warm;
    if (c.measured && !state.began) {
      state.began = true;
      span.begin();
    }
    state.n++;
    c.socket.write(c.request);
    return true;
  };
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () =>
      connect(order.port, {
        answered(c, ok, broken) {
          const now = performance.now();
          if (c.due === 0) return; // it was idle, and the server closes those: nothing was asked and nothing is answered
          state.done++;
          if (ok) state.accepted++;
          else state.errors++;
          if (ok && c.measured) {
            state.measured++;
            histogram.record(now - c.due);
          }
          c.due = 0;
          if (state.done >= total) finished.resolve();
          else if (!broken && !send(c, now)) free.push(c);
        },
      }),
    ),
  );
  free.push(...connections);
  stopOpen = () => {
    total = state.n;
    if (state.done >= total) finished.resolve();
  };
  const started = performance.now() + 20;
  const timer = setInterval(() => {
    const now = performance.now();
    for (let c = free.pop(); c; c = free.pop())
      if (!c.socket.destroyed && !send(c, now)) {
        free.push(c);
        return;
      }
  }, 1);
  const over = new Promise<void>((resolve) => setTimeout(resolve, order.warmMs + order.runMs));
  await Promise.race([finished.promise, over]);
  span.end();
  const inSpan = state.measured;
  await Promise.race([finished.promise, new Promise((resolve) => setTimeout(resolve, order.patienceMs))]);
  clearInterval(timer);
  const tail = total - state.done;
  for (const c of connections) {
    c.due = 0;
    c.socket.destroy();
  }
  const { seconds, cpu, cpuOf } = span.result();
  return {
    accepted: state.accepted,
    errors: state.errors + tail,
    used: place - begun,
    perSecond: inSpan / seconds,
    latency: histogram.quantiles(),
    measured: inSpan,
    seconds,
    cpu,
    cpuOf,
    startedAt: started + CLOCK,
  };
}

if (process.send) {
  const reply = (value: unknown) => process.send?.(value);
  process.on('message', (order: Order) => {
    if (order.type === 'prepare') {
      load = order.load;
      place = 0;
      signatures = signAll(load);
      reply({ ready: load.count });
      return;
    }
    if (order.type === 'stop') return stopOpen();
    const run = order.type === 'closed' ? closed(order) : open(order);
    run.then(reply, (error: Error) => reply({ error: error.message }));
  });
  process.on('disconnect', () => process.exit(0));
}
