import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';

/** statfs types of file systems where SQLite's locks and syncs are not to be trusted: NFS, SMB, SMB2, CIFS, Ceph, FUSE (sshfs, s3fs). */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x00c36400, 'Ceph'],
  [0x65735546, 'FUSE'],
]);

export interface DataDirLock {
  release(): void;
}

/**
 * DATA_DIR belongs to one process. The lock is an exclusive SQLite transaction on lock.sqlite, so it ends with the process, however
 * it ends. A second start waits `waitMs`, then stops and names the holder.
 */
export async function lockDataDir(dataDir: string, waitMs = 10_000): Promise<DataDirLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const network = NETWORK.get(statfsSync(dataDir).type >>> 0);
  if (network)
    throw new GatewayError(
      'journal_unavailable',
      `DATA_DIR ${dataDir} is on a network file system (${network}), which can not promise that a synced webhook stays; use a local disk.`,
    );
  const holderFile = join(dataDir, 'lock.holder');
  for (const end = performance.now() + waitMs; ; ) {
    const db = new DatabaseSync(join(dataDir, 'lock.sqlite'));
    try {
      db.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
      writeFileSync(holderFile, `process ${process.pid} on ${hostname()}, started ${new Date().toISOString()}\n`, { mode: 0o600 });
      return { release: () => db.close() };
    } catch (cause) {
      db.close();
      if ((cause as { errcode?: number }).errcode !== 5)
        throw new GatewayError('journal_unavailable', `DATA_DIR ${dataDir} can not be written: ${(cause as Error).message}.`, { cause });
      if (performance.now() > end)
        throw new GatewayError('journal_unavailable', `DATA_DIR ${dataDir} belongs to another process (${readHolder(holderFile)}); stop it or name another folder.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
