import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** Shorter than what servers of note keep an idle connection (5 s and more), so that we drop it first: a call that meets a closing connection can not be told from one that was taken. */
const IDLE_MS = 4000;
/** What is borne by any server: so much at first. */
const FIRST_MS = 125;
const SHORTEST_MS = 50;
/** While a server closes nothing that is idle for shorter, it is trusted with twice as long: the whole of IDLE_MS after five minutes. */
const DOUBLES_MS = 60_000;
/** One that did close is doubted for longer: each trial may cost a call that comes just as it closes. */
const DOUBTED_MS = 3_600_000;
/** At 1000 calls a second and 300 ms to an answer; above it calls wait for one another. */
const SOCKETS = 512;
const KEPT = 256;
/** Calls so soon after one another keep their connections busy, and this process awake to what is closed. */
const PAUSE_MS = 100;

/** How long a server lets a connection be idle, as far as it has shown; never more than IDLE_MS. */
export function createIdleTimes(now: () => number = () => performance.now()) {
  const shown = new Map<string, { readonly ms: number; readonly at: number; readonly doublesMs: number }>();
  const first = (server: string) => {
    const made = { ms: FIRST_MS, at: now(), doublesMs: DOUBLES_MS };
    shown.set(server, made);
    return made;
  };
  const times = {
    /** We drop an idle connection after so long. */
    of(server: string): number {
      const s = shown.get(server) ?? first(server);
      return Math.min(IDLE_MS, s.ms * 2 ** ((now() - s.at) / s.doublesMs));
    },
    /** The server closed a connection that was idle for so long: half of that is safe. */
    closedAfter(server: string, ms: number): void {
      shown.set(server, { ms: Math.min(times.of(server), Math.max(SHORTEST_MS, ms / 2)), at: now(), doublesMs: DOUBTED_MS });
    },
  };
  return times;
}
const serverOf = (socket: Socket): string => (socket as { servername?: string }).servername || `${socket.remoteAddress}:${socket.remotePort}`;

/** Drops connections that have been idle for as long as their server has shown to bear. */
function dropIdle(agent: HttpAgent | HttpsAgent): void {
  const times = createIdleTimes();
  const idle = new WeakMap<Socket, { readonly since: number; readonly server: string }>();
  const watched = new WeakSet<Socket>();
  const ours = new WeakSet<Socket>();
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Socket) => boolean;
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (stream) => {
    const socket = stream as Socket;
    if (keep(socket) === false) return false;
    const server = serverOf(socket);
    const most = times.of(server);
    if ((socket.timeout ?? most) > most || !socket.timeout) socket.setTimeout(most);
    idle.set(socket, { since: performance.now(), server });
    if (watched.has(socket)) return true;
    watched.add(socket);
    socket.on('timeout', () => ours.add(socket));
    socket.once('close', () => {
      const was = idle.get(socket);
      if (was && !ours.has(socket)) times.closedAfter(was.server, performance.now() - was.since);
    });
    return true;
  };
  agent.reuseSocket = (stream, request) => {
    idle.delete(stream as Socket);
    ours.delete(stream as Socket);
    reuse(stream, request);
  };
}

/**
 * Resolves when what the platform closed in the meantime has been noticed: the end of a connection may have come and wait to be read
 * while this process did something else, or nothing. Asked for after a pause alone; one wait serves all calls that begin together.
 */
export function createLookUp(now: () => number = () => performance.now()): () => Promise<void> {
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  let last = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  return () => {
    const pause = now() - last;
    last = now();
    if (!looking && pause < PAUSE_MS) return Promise.resolve();
    // In the first turn the end is read, in the second the connection is closed and out of the pool.
    looking ??= turn()
      .then(turn)
      .then(() => {
        looking = null;
      });
    return looking;
  };
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Call before each request. */
  look(): Promise<void>;
}
/** Agents that keep connections while they are used, and drop idle ones before the platform does. */
export function createAgents(): Agents {
  const options = { keepAlive: true, keepAliveMsecs: 5000, timeout: IDLE_MS, maxSockets: SOCKETS, maxFreeSockets: KEPT, scheduling: 'lifo' } as const;
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  dropIdle(agents.http);
  dropIdle(agents.https);
  return { ...agents, look: createLookUp() };
}
