import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_COUNT = 1000;
const MAX_BYTES = 20 * 1024 * 1024;
const KEEP_EVERY_MS = 10_000;

export interface Refused {
  readonly id: string;
  readonly at: number;
  /** Path and query, as they came. */
  readonly url: string;
  readonly endpoint: string;
  /** Of /{channelId}; null on a shared path. */
  readonly channel: string | null;
  readonly why: 'missing' | 'mismatch' | 'no_adapter';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function load(file: string): Refused[] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as (Omit<Refused, 'body'> & { body: string })[]).map((r) => ({ ...r, body: Buffer.from(r.body, 'base64') }));
  } catch {
    return []; // none yet, or half of one: it is a help for operators, not a promise
  }
}

/**
 * The last refused webhooks, apart and unpublished, so that an operator can see why and verify them again after mending a secret or
 * PUBLIC_URL. They are written to the folder now and then and at the stop, since a mended environment needs a restart.
 */
export function createRefusedRing(dataDir: string) {
  const file = join(dataDir, 'refused.json');
  const kept: Refused[] = load(file);
  const state = { bytes: kept.reduce((n, r) => n + r.body.length, 0), changed: false, n: 0, writing: false };
  async function keep(): Promise<void> {
    if (!state.changed || state.writing) return;
    state.changed = false;
    state.writing = true;
    try {
      await writeFile(`${file}.new`, JSON.stringify(kept.map((r) => ({ ...r, body: r.body.toString('base64') }))), { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch {
      state.changed = true; // the disk is full: the journal says so, loudly
    } finally {
      state.writing = false;
    }
  }
  const timer = setInterval(() => void keep(), KEEP_EVERY_MS);
  timer.unref();
  return {
    add(refused: Omit<Refused, 'id'>): void {
      const id = `rf_${refused.at.toString(36)}_${(state.n++ % 46_656).toString(36)}`;
      kept.push({ id, ...refused });
      state.bytes += refused.body.length;
      state.changed = true;
      while (kept.length > MAX_COUNT || state.bytes > MAX_BYTES) state.bytes -= kept.shift()?.body.length ?? 0;
    },
    list: (): readonly Refused[] => kept,
    get: (id: string): Refused | undefined => kept.find((r) => r.id === id),
    /** It was taken after all. */
    remove(id: string): void {
      const at = kept.findIndex((r) => r.id === id);
      if (at < 0) return;
      state.bytes -= kept.splice(at, 1)[0]?.body.length ?? 0;
      state.changed = true;
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await keep();
    },
  };
}
export type RefusedRing = ReturnType<typeof createRefusedRing>;
