import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { WAL_PAGES } from '../checkpoints/wal-pages.ts';
import type { JournalRecord } from './port.ts';
import type { AppendResult, JournalWorkerData } from './protocol.ts';
import { sqliteCode } from './sqlite-code.ts';

const HOUR = 3_600_000;
const NAME = /^journal-(\d{15})\.sqlite$/;
export const fileName = (firstOffset: number) => `journal-${String(firstOffset).padStart(15, '0')}.sqlite`;

/** Journal files of a folder, oldest first: name and the first offset that each may hold. */
export function listFiles(dir: string): { name: string; first: number }[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match?.[1] ? [{ name, first: Number(match[1]) }] : [];
    })
    .sort((a, b) => a.first - b.first);
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bodies (off INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL,
    body BLOB NOT NULL, key_id TEXT NOT NULL, endpoint TEXT NOT NULL, channel TEXT, origin TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS meta (hour INTEGER NOT NULL, received_before INTEGER NOT NULL)`;

/** Whether the message of an SQLite error means that bytes may not be on the disk although written: end the process. */
const isFatal = (error: unknown) => sqliteCode(error) === 10; // SQLITE_IOERR and its kin, fsync among them
const isFull = (error: unknown) => sqliteCode(error) === 13; // SQLITE_FULL

/** The writer's side of the files. Synchronous: it lives in the journal's thread. */
export class JournalFiles {
  readonly #data: JournalWorkerData;
  #db: DatabaseSync | null = null;
  #statements: { readonly begin: StatementSync; readonly insert: StatementSync; readonly commit: StatementSync } | null = null;
  #hour = -1;
  #processed = 0;
  /** Highest durable offset. */
  last = 0;
  /** Bodies ever journalled here. */
  received = 0;

  constructor(data: JournalWorkerData) {
    this.#data = data;
    mkdirSync(data.dir, { recursive: true, mode: 0o700 });
    const newest = listFiles(data.dir).at(-1);
    if (newest) this.#open(newest.first, null);
  }

  #open(first: number, hour: number | null): void {
    const db = new DatabaseSync(join(this.#data.dir, fileName(first)));
    db.exec(`PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=${this.#data.synchronous}; PRAGMA wal_autocheckpoint=${WAL_PAGES.journal}`);
    db.exec(SCHEMA);
    const known = db.prepare('SELECT hour, received_before FROM meta').get() as { hour: number; received_before: number } | undefined;
    if (!known) db.prepare('INSERT INTO meta (hour, received_before) VALUES (?, ?)').run(hour ?? 0, this.received);
    const { last, n } = db.prepare('SELECT coalesce(max(off), ?) AS last, count(*) AS n FROM bodies').get(first - 1) as { last: number; n: number };
    this.last = last;
    this.received = (known?.received_before ?? this.received) + n;
    this.#hour = known?.hour ?? hour ?? 0;
    this.#db = db;
    this.#statements = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      insert: db.prepare('INSERT INTO bodies (off, received_at, method, url, headers, body, key_id, endpoint, channel, origin) VALUES (?,?,?,?,?,?,?,?,?,?)'),
      commit: db.prepare('COMMIT'),
    };
  }

  /** One group commit. Either all records are durable, or none is kept. */
  append(records: readonly JournalRecord[], nowMs: number): AppendResult {
    try {
      return this.#commit(records, nowMs);
    } catch (error) {
      const fault = error as { errcode?: number; message: string };
      if (!isFull(fault)) return { error: fault.message, fatal: isFatal(fault), count: records.length };
    }
    // The disk is full: processed files go first, then once more; where nothing processed is left, the webhook is refused.
    try {
      if (!this.#dropProcessed(1).length) return { error: 'the disk is full and nothing processed is left to drop', fatal: false, count: records.length };
      return this.#commit(records, nowMs);
    } catch (error) {
      const fault = error as { errcode?: number; message: string };
      return { error: fault.message, fatal: isFatal(fault), count: records.length };
    }
  }

  #commit(records: readonly JournalRecord[], nowMs: number): AppendResult {
    const hour = Math.floor(nowMs / HOUR);
    if (!this.#db || hour > this.#hour) {
      this.#closeFile();
      this.#open(this.last + 1, hour);
    }
    const db = this.#db;
    if (!db || !this.#statements) throw new Error('no journal file');
    const { begin, insert, commit } = this.#statements;
    const first = this.last + 1;
    begin.run();
    try {
      let off = first;
      for (const r of records) insert.run(off++, r.receivedAt, r.method, r.url, JSON.stringify(r.headers), r.body, r.keyId, r.endpoint, r.channel, r.origin);
      commit.run();
    } catch (error) {
      try {
        db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself
      }
      throw error;
    }
    this.last += records.length;
    this.received += records.length;
    return { first, count: records.length };
  }

  /** Drops whole files whose every body is processed: past their days, or the oldest while all files take more than maxBytes. */
  retain(processed: number, nowMs: number): string[] {
    this.#processed = Math.max(this.#processed, processed);
    const files = listFiles(this.#data.dir);
    const size = (name: string) => statSync(join(this.#data.dir, name)).size;
    let total = files.reduce((sum, f) => sum + size(f.name), 0);
    const dropped: string[] = [];
    for (const [i, file] of files.entries()) {
      const next = files[i + 1];
      if (!next || next.first - 1 > this.#processed) break; // the newest stays, and what is not processed
      const bytes = size(file.name);
      const old = nowMs - statSync(join(this.#data.dir, file.name)).mtimeMs > this.#data.retentionDays * 86_400_000;
      if (!old && total <= this.#data.maxBytes) break;
      this.#remove(file.name);
      total -= bytes;
      dropped.push(file.name);
    }
    return dropped;
  }

  #dropProcessed(most: number): string[] {
    const files = listFiles(this.#data.dir);
    const free = files.filter((_, i) => {
      const next = files[i + 1];
      return next !== undefined && next.first - 1 <= this.#processed;
    });
    for (const file of free.slice(0, most)) this.#remove(file.name);
    return free.slice(0, most).map((f) => f.name);
  }

  #remove(name: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.#data.dir, name + suffix), { force: true });
  }

  #closeFile(): void {
    this.#db?.close();
    this.#db = null;
  }

  close(): void {
    this.#closeFile();
  }
}
