import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/kafka.ts';
import { START_FLAGS } from '../support/start-flags.ts';

export const SECRET = 'faults-app-secret';
export const OPERATOR = 'faults-operator-token-0123456789';
/** Connected numbers: channel id and phone_number_id. */
export const NUMBERS = [
  ['ch_a', '207700000000123'],
  ['ch_b', '207700000000456'],
] as const;
const root = join(import.meta.dirname, '../..');
const START_MS = 60_000;

export interface RigOptions {
  /** DATA_DIR's parent; made where absent. */
  readonly dir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The gateway as a process under a supervisor: it ends, for whatever reason, and is started again on the same ports and folder. */
export async function startRig(options: RigOptions = {}) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'parlance-faults-'));
  const aside = mkdtempSync(join(tmpdir(), 'parlance-faults-aside-')); // log and control, which must not be on a full disk
  mkdirSync(dir, { recursive: true });
  const [port, operatorPort] = [await freePort(), await freePort()];
  const [control, logFile] = [join(aside, 'control.json'), join(aside, 'log')];
  const channels = NUMBERS.map(([id, phoneNumberId]) => ({
    id,
    type: 'whatsapp',
    tenant: 'acme',
    name: id,
    phoneNumberId,
    businessAccountId: '118200000000777',
    address: '+15550100199',
    accessToken: `token-${id}`,
    appSecret: SECRET,
    verifyToken: 'v',
  }));
  writeFileSync(join(aside, 'channels.json'), JSON.stringify(channels));
  const fd = openSync(logFile, 'a');
  const state = { stopping: false, starts: 0, exits: [] as string[] };
  let child: ChildProcess | null = null;
  let ended: Promise<void> = Promise.resolve();
  const [url, api] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${operatorPort}`];

  function spawnOnce(): void {
    state.starts++;
    const mine = spawn(process.execPath, ['src/start.js'], {
      cwd: root,
      stdio: ['ignore', fd, fd],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOST: '127.0.0.1',
        PORT: String(port),
        OPERATOR_PORT: String(operatorPort),
        PUBLIC_URL: url,
        DATA_DIR: join(dir, 'data'),
        CHANNELS_FILE: join(aside, 'channels.json'),
        OPERATOR_TOKEN: OPERATOR,
        MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
        LOG_LEVEL: 'info',
        FAULTS_CONTROL: control,
        NODE_OPTIONS: `${START_FLAGS} --import=${new URL('./preload/chaos.mjs', import.meta.url).href}`,
        ...options.env,
      },
    });
    child = mine;
    ended = new Promise((resolve) =>
      mine.once('exit', (code, signal) => {
        state.exits.push(signal ?? `code ${code}`);
        resolve();
        if (!state.stopping) setTimeout(() => !state.stopping && spawnOnce(), 150);
      }),
    );
  }
  const answers = (where: string) =>
    fetch(where, { signal: AbortSignal.timeout(1000) }).then(
      (r) => r.ok,
      () => false,
    );
  /** Takes webhooks again, and, with `operator`, answers operators. */
  async function ready(operator = true, ms = START_MS): Promise<void> {
    for (const end = performance.now() + ms; !(await answers(operator ? `${api}/healthz` : `${url}/readyz`)); await sleep(30))
      if (performance.now() > end) throw new Error(`the gateway was not ready in ${ms} ms: ${log().slice(-1500)}`);
  }
  const log = () => readFileSync(logFile, 'utf8');

  async function stop(): Promise<void> {
    state.stopping = true;
    child?.kill('SIGKILL');
    await ended;
    rmSync(aside, { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
  spawnOnce();
  await ready().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    dir,
    url,
    api,
    log,
    ready,
    pid: () => child?.pid ?? 0,
    /** How often the process was started, and how each earlier one ended. */
    starts: () => state.starts,
    exits: (): readonly string[] => state.exits,
    signal: (name: NodeJS.Signals): void => void child?.kill(name),
    /** Kills it and waits for its end; the supervisor starts it again. */
    async kill(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      const mine = ended;
      child?.kill(name);
      await mine;
    },
    /** A command to the preload, see preload/chaos.mjs. */
    command(what: { clock: number } | { end: 'journal' | 'store' | 'reader' | 'broker' | 'checkpoint' | 'media' | 'preparing' }): void {
      writeFileSync(control, JSON.stringify(what));
      child?.kill('SIGUSR2');
    },
    /** Waits for the end of this life of the process. */
    end: () => ended,
    async get(path: string): Promise<{ status: number; text: string }> {
      const response = await fetch(api + path, { headers: { authorization: `Bearer ${OPERATOR}` }, signal: AbortSignal.timeout(30_000) });
      return { status: response.status, text: await response.text() };
    },
    stop,
  };
}
export type Rig = Awaited<ReturnType<typeof startRig>>;
