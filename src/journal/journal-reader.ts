import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { listFiles } from './journal-files.ts';
import type { JournalReader, JournalRow } from './port.ts';

interface Row {
  off: number;
  received_at: number;
  method: string;
  url: string;
  headers: string;
  body: Uint8Array;
  key_id: string;
  endpoint: string;
  channel: string | null;
  origin: 'webhook' | 'backfill';
}
const COLUMNS = 'off, received_at, method, url, headers, body, key_id, endpoint, channel, origin';

const toRow = (r: Row): JournalRow => ({
  offset: r.off,
  receivedAt: r.received_at,
  method: r.method,
  url: r.url,
  headers: JSON.parse(r.headers) as Record<string, string>,
  body: r.body,
  keyId: r.key_id,
  endpoint: r.endpoint,
  channel: r.channel,
  origin: r.origin,
});

/** Read side of the journal: synchronous, read-only connections, one per file, beside the writer's own. */
export function createJournalReader(dataDir: string): JournalReader {
  const dir = join(dataDir, 'journal');
  const open = new Map<string, { db: DatabaseSync; after: StatementSync }>();
  let files = listFiles(dir);
  let listed = 0;

  function refresh(): void {
    let changed = 0;
    try {
      changed = statSync(dir).mtimeMs; // a new or dropped file changes the folder
    } catch {
      return;
    }
    if (changed === listed && files.length) return;
    listed = changed;
    files = listFiles(dir);
    for (const [name, file] of open) {
      if (files.some((f) => f.name === name)) continue;
      file.db.close();
      open.delete(name);
    }
  }
  function opened(name: string): { db: DatabaseSync; after: StatementSync } | null {
    const known = open.get(name);
    if (known) return known;
    try {
      const db = new DatabaseSync(join(dir, name), { readOnly: true });
      db.exec('PRAGMA busy_timeout=5000');
      db.prepare('SELECT count(*) FROM bodies WHERE off < 0').get(); // a file that is being made has no table yet
      const file = { db, after: db.prepare(`SELECT ${COLUMNS} FROM bodies WHERE off > ? ORDER BY off LIMIT (? + 0)`) }; // (? + 0): see sqlite-statements.ts
      open.set(name, file);
      return file;
    } catch {
      return null;
    }
  }
  const database = (name: string): DatabaseSync | null => opened(name)?.db ?? null;
  const holding = (offset: number) => files.findLastIndex((f) => f.first <= offset);

  return {
    read(after, limit, bytes) {
      refresh();
      const rows: JournalRow[] = [];
      let left = bytes;
      for (const file of files.slice(Math.max(0, holding(after + 1)))) {
        const known = opened(file.name);
        if (!known) break;
        for (const row of known.after.iterate(after, limit - rows.length)) {
          rows.push(toRow(row as unknown as Row));
          left -= (row as unknown as Row).body.length;
          if (left <= 0) return rows;
        }
        if (rows.length >= limit) break;
      }
      return rows;
    },
    get(offset) {
      refresh();
      const file = files[holding(offset)];
      const row = file ? database(file.name)?.prepare(`SELECT ${COLUMNS} FROM bodies WHERE off = ?`).get(offset) : undefined;
      return row ? toRow(row as unknown as Row) : null;
    },
    firstSince(ms) {
      refresh();
      for (const file of files) {
        const row = database(file.name)?.prepare('SELECT min(off) AS off FROM bodies WHERE received_at >= ?').get(ms) as { off: number | null } | undefined;
        if (row?.off) return row.off;
      }
      return Number.MAX_SAFE_INTEGER;
    },
    counts(processed) {
      refresh();
      let pending = 0;
      let received = 0;
      for (const [i, file] of files.entries()) {
        const db = database(file.name);
        if (!db) continue;
        const next = files[i + 1];
        if (i === files.length - 1) {
          // Offsets have no gaps, so the last one tells how many rows there are; to count them would read the whole file on the HTTP thread.
          const row = db
            .prepare('SELECT (SELECT received_before FROM meta) AS before, (SELECT max(off) FROM bodies) AS last, (SELECT count(*) FROM bodies WHERE off > ?) AS pending')
            .get(processed) as { before: number; last: number | null; pending: number };
          received = row.before + (row.last ?? file.first - 1) - (file.first - 1);
          pending += row.pending;
        } else if (next && next.first - 1 > processed) {
          pending += (db.prepare('SELECT count(*) AS n FROM bodies WHERE off > ?').get(processed) as { n: number }).n;
        }
      }
      return { received, pending };
    },
    close() {
      for (const { db } of open.values()) db.close();
      open.clear();
    },
  };
}
