import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suiteWith } from './suite-with.ts';

/** A real browser without a screen, driven by its own protocol (https://chromedevtools.github.io/devtools-protocol/). */
export function browserSuite(name: string, tests: () => void): void {
  let found = true;
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' });
  } catch {
    found = false;
  }
  suiteWith('CHROMIUM', found ? null : 'chromium is not installed', [name, tests]);
}
export interface Browser {
  /** Opens an address in a page of its own, and evaluates an expression there; a promise is awaited. */
  evaluate(url: string, expression: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'parlance-browser-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-proxy-server',
  ];
  const args = [
    ...flags,
    '--autoplay-policy=no-user-gesture-required',
    '--mute-audio',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    `--disk-cache-dir=${profile}/cache`,
    'about:blank',
  ];
  const child: ChildProcess = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      const match = /DevTools listening on (ws:\/\/\S+)/.exec(said);
      if (match) resolve(match[1] ?? '');
    });
    child.once('exit', (code) => reject(new Error(`chromium ended (${code}): ${said.slice(-500)}`)));
  });
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, { resolve(value: Record<string, unknown>): void; reject(error: Error): void }>();
  const loaded = new Map<string, () => void>();
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, sessionId } = JSON.parse(String(data)) as {
      id?: number;
      result?: Record<string, unknown>;
      error?: { message: string };
      method?: string;
      sessionId?: string;
    };
    if (method === 'Page.loadEventFired') loaded.get(sessionId ?? '')?.();
    const w = id === undefined ? undefined : waiting.get(id);
    if (error) w?.reject(new Error(error.message));
    else w?.resolve(result ?? {});
  };
  let last = 0;
  const call = (method: string, params: object = {}, sessionId?: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
  return {
    async evaluate(url, expression) {
      const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = (await call('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
      await call('Page.enable', {}, sessionId);
      const load = new Promise<void>((resolve) => loaded.set(sessionId, resolve));
      const { errorText } = await call('Page.navigate', { url }, sessionId);
      if (!errorText) await load; // a download loads no page
      const answer = (await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId)) as {
        result: { value?: unknown };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      await call('Target.closeTarget', { targetId });
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
      return answer.result.value;
    },
    async close() {
      socket.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
