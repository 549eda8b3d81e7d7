import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { ConversionFault } from './conversion-fault.ts';

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  /** A folder of its own: the only one it has any business in. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Of any file that it writes. */
  readonly outputBytes: number;
}
const MEMORY_KB = 1_500_000;
const MAX_TOLD = 64 * 1024;
/** Acknowledgements come first where the processor is short. */
const NICE = 10;
/**
 * Limits that a shell sets and every program inherits: processor seconds ($1), address space ($2, KB), bytes of a file ($3, blocks of 512 in
 * dash, of 1,024 in bash), no core. What a system has no limit for (memory, on macOS) is left; the clock of this process holds anyway.
 * Where Linux can (setpriv of util-linux), it ends with this process, also where that is killed.
 */
const LIMITED = [
  'ulimit -c 0; ulimit -t "$1"; ulimit -v "$2" 2>/dev/null; ulimit -f "$3"; shift 3',
  'if setpriv --pdeathsig KILL true 2>/dev/null; then exec setpriv --pdeathsig KILL "$@"; fi',
  'exec "$@"',
].join('\n');

/** Runs a program on a file that a stranger sent: bounded in time, memory and output, no input, no environment, killed with all it started. Returns what it printed. Throws ConversionFault; the signal's reason where it was aborted. */
export function runTool({ command, args, cwd, signal, timeoutMs, outputBytes }: ToolRun): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const limits = [Math.ceil(timeoutMs / 1000), MEMORY_KB, Math.ceil(outputBytes / 512) + 64].map(String);
    const child = spawn('/bin/sh', ['-c', LIMITED, 'sh', ...limits, command, ...args], { cwd, env: { LC_ALL: 'C' }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const told = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (told.out.length < MAX_TOLD) told.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told.err = (told.err + text).slice(-2000);
    });
    const end: { fault?: Error } = {};
    const kill = (fault: Error) => {
      end.fault ??= fault;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    };
    const aborted = () => kill(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    const timer = setTimeout(() => kill(new ConversionFault('too_slow', `it took longer than ${Math.round(timeoutMs / 1000)} s`)), timeoutMs);
    signal.addEventListener('abort', aborted);
    const settle = (fault: Error | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      if (fault) reject(fault);
      else resolve(told.out);
    };
    child.once('error', (cause) => settle(end.fault ?? new ConversionFault('no_tool', `${command} can not be started`, { cause })));
    child.once('spawn', () => {
      try {
        if (child.pid !== undefined) setPriority(child.pid, NICE);
      } catch {
        // it has ended by itself
      }
    });
    child.once('close', (code, killed) => settle(end.fault ?? faultOf({ code, killed, err: told.err, timeoutMs })));
  });
}

function faultOf({ code, killed, err, timeoutMs }: { code: number | null; killed: NodeJS.Signals | null; err: string; timeoutMs: number }): Error | undefined {
  if (code === 0) return undefined;
  const last = err.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  if (code === 126 || code === 127) return new ConversionFault('no_tool', last);
  if (killed === 'SIGXFSZ' || /File size limit/i.test(last)) return new ConversionFault('too_large', 'what came out was larger than the channel takes');
  if (killed === 'SIGXCPU' || killed === 'SIGKILL') return new ConversionFault('too_slow', `it used more than ${Math.round(timeoutMs / 1000)} s of the processor`);
  return new ConversionFault('unreadable', last || `the tool ended with ${killed ?? code}`);
}
