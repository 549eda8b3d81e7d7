import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { listFiles } from './journal-files.ts';
import type { JournalReader, JournalRow } from './port.ts';

type Values = [
  off: number,
  receivedAt: number,
  method: string,
  url: string,
  headers: string,
  body: Uint8Array,
  keyId: string,
  endpoint: string,
  channel: string | null,
  origin: JournalRow['origin'],
];
const COLUMNS = 'off, received_at, method, url, headers, body, key_id, endpoint, channel, origin';

/** Rows are taken as arrays, which are quicker to make than objects; headers are parsed when somebody asks for them: Meta's bodies are read without. */
class KeptRow implements JournalRow {
  readonly offset: number;
  readonly receivedAt: number;
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly keyId: string;
  readonly endpoint: string;
  readonly channel: string | null;
  readonly origin: JournalRow['origin'];
  readonly #headers: string;
  constructor(values: Values) {
    [this.offset, this.receivedAt, this.method, this.url, this.#headers, this.body, this.keyId, this.endpoint, this.channel, this.origin] = values;
  }
  get headers(): Readonly<Record<string, string>> {
    return JSON.parse(this.#headers) as Record<string, string>;
  }
}
function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}

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
      const file = { db, after: arrays(db.prepare(`SELECT ${COLUMNS} FROM bodies WHERE off > ? ORDER BY off LIMIT (? + 0)`)) }; // (? + 0): see sqlite-statements.ts
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
        for (const values of known.after.iterate(after, limit - rows.length)) {
          const row = new KeptRow(values as unknown as Values);
          rows.push(row);
          left -= row.body.length;
          if (left <= 0) return rows;
        }
        if (rows.length >= limit) break;
      }
      return rows;
    },
    get(offset) {
      refresh();
      const file = files[holding(offset)];
      const db = file && database(file.name);
      const values = db ? arrays(db.prepare(`SELECT ${COLUMNS} FROM bodies WHERE off = ?`)).get(offset) : undefined;
      return values ? new KeptRow(values as unknown as Values) : null;
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
