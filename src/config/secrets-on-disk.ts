import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads DATA_DIR/<name>, or makes it once with `make`, mode 0600. `made` tells which. */
export function keepSecret(dataDir: string, name: string, make: () => string): { value: string; made: boolean; path: string } {
  const path = join(dataDir, name);
  if (existsSync(path)) return { value: readFileSync(path, 'utf8').trim(), made: false, path };
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const value = make();
  writeFileSync(path, `${value}\n`, { mode: 0o600, flag: 'wx' });
  return { value, made: true, path };
}

export const newMasterKey = () => randomBytes(32).toString('base64');
export const newOperatorToken = () => `op_${randomBytes(24).toString('base64url')}`;

/** 32 bytes from base64 or 64 hex digits; null where it is neither. */
export function parseMasterKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? bytes : null;
}
