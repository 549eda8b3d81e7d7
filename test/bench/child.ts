import { type ChildProcess, fork } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';

/** A part of the bench in a process of its own: told what to do by messages, one answer each. */
export interface Child {
  readonly pid: number;
  ask<T>(message: unknown): Promise<T>;
  /** What has no answer of its own. */
  tell(message: unknown): void;
  /** Waits for a message that it sends of its own. */
  heard<T>(): Promise<T>;
  end(): Promise<void>;
}
export function startChild(file: string, args: readonly string[] = [], node = process.execPath): Child {
  // kafkajs as the rivals have it, without our mend (src/broker/kafkajs/client.ts), would make each table begin with this warning
  const execArgv = node === process.execPath ? ['--disable-warning=TimeoutNegativeWarning'] : [];
  const child: ChildProcess = fork(resolvePath(import.meta.dirname, file), [...args], { execPath: node, execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
  const early: unknown[] = [];
  let gone: Error | null = null;
  child.on('message', (message) => {
    const first = waiting.shift();
    if (!first) early.push(message);
    else if (typeof message === 'object' && message && 'error' in message) first.reject(new Error(`${file}: ${String(message.error)}`));
    else first.resolve(message);
  });
  child.on('exit', (code, signal) => {
    gone = new Error(`${file} ended (${code ?? signal})`);
    for (const w of waiting) w.reject(gone);
  });
  const heard = <T>(): Promise<T> => {
    if (early.length) return Promise.resolve(early.shift() as T);
    if (gone) return Promise.reject(gone);
    return new Promise((resolve, reject) => waiting.push({ resolve: resolve as (v: unknown) => void, reject }));
  };
  return {
    pid: child.pid ?? 0,
    heard,
    ask(message) {
      const answer = heard<never>();
      child.send(message as object);
      return answer;
    },
    tell(message) {
      child.send(message as object);
    },
    end: () =>
      new Promise((resolve) => {
        if (gone) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}
