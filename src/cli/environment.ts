import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the gateway is and with which key: PARLANCE_URL and PARLANCE_TOKEN; else this machine's listener and its operator token. */
export function readEnvironment(): { url: string; token: string | null } {
  const { env } = process;
  const file = join(env.DATA_DIR ?? './data', 'operator-token');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  return { url: (env.PARLANCE_URL ?? `http://127.0.0.1:${env.OPERATOR_PORT ?? '8081'}`).replace(/\/$/, ''), token: env.PARLANCE_TOKEN ?? env.OPERATOR_TOKEN ?? kept };
}
export const wholeEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;
