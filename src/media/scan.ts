import { execFile } from 'node:child_process';
import { MediaFault } from './media-fault.ts';

const SCAN_MS = 60_000;

/**
 * Asks the operator's scanner (MEDIA_SCAN_COMMAND) about a file: the command with the path behind it, no shell. As clamdscan does it,
 * 0 lets the file in, 1 refuses it, anything else is a fault of the scanner and is tried again.
 */
export function scan(command: string, path: string): Promise<void> {
  const [program = '', ...args] = command.split(/\s+/).filter(Boolean);
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args, path],
      { timeout: SCAN_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } },
      (error) => {
        if (!error) return resolve();
        if (error.code === 1) return reject(new MediaFault('refused', 'The scanner refused the file.'));
        reject(new MediaFault('later', error.killed ? 'The scanner took longer than 60 seconds.' : `The scanner failed (${error.code ?? 'no reason given'}).`));
      },
    );
  });
}
