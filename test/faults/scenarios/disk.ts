import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

const MEGABYTE = 1024 * 1024;
/** A disk of 96 MB for DATA_DIR alone. */
async function smallDisk() {
  const mount = mkdtempSync(join(tmpdir(), 'parlance-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', mount]);
  return {
    dir: join(mount, 'gateway'),
    end() {
      execFileSync('umount', [mount]);
      rmSync(mount, { recursive: true });
    },
  };
}
/** Fills the disk to the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let block = MEGABYTE; block >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(block));
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        block = Math.floor(block / 16);
      }
    }
  } finally {
    closeSync(file);
  }
}
const freeBytes = (dir: string) => {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
};

export const disk: readonly Scenario[] = [
  {
    family: 'disk',
    endsProcess: true,
    name: 'the disk full and freed',
    needs: ['root'],
    perSecond: 150,
    folder: smallDisk,
    async play({ rig, moment, load, findings }) {
      for (let n = 0; n < 3; n++) {
        await moment(1000, 3000);
        const filler = join(rig.dir, 'filler');
        fill(filler);
        const before = load.answers().get(200) ?? 0;
        await moment(6000, 10_000);
        const during = (load.answers().get(200) ?? 0) - before;
        if (freeBytes(rig.dir) > MEGABYTE) findings.push('the disk was not full');
        unlinkSync(filler);
        await moment(2000, 3000);
        await rig.ready();
        if (during > 2000) findings.push(`${during} webhooks were acknowledged while the disk was full`);
      }
      if (!load.answers().get(503)) findings.push('no webhook was refused with 503 while the disk was full');
    },
  },
];
