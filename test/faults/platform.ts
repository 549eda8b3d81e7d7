import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface AcceptedCall {
  /** Our id, biz_opaque_callback_data: message, attempt, part. */
  readonly own: string;
  readonly to: string;
  /** Of a text its body, of a picture its caption. */
  readonly text: string;
  /** The platform's id of the picture. */
  readonly file?: string;
}

/** The simulated platform of platform-process.ts. */
export async function startPlatform(gatewayUrl: string, port: number) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'platform-process.ts'), gatewayUrl, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the platform ended (${code})`)));
  });
  const url = `http://127.0.0.1:${port}`;
  const ask = async () => (await (await fetch(`${url}/accepted`)).json()) as { accepted: AcceptedCall[]; owed: number };
  return {
    url,
    accepted: async (): Promise<readonly AcceptedCall[]> => (await ask()).accepted,
    /** Statuses that the gateway has not taken yet. */
    owed: async (): Promise<number> => (await ask()).owed,
    end(): void {
      child.kill('SIGKILL');
    },
  };
}
export type Platform = Awaited<ReturnType<typeof startPlatform>>;
