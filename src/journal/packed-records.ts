import type { JournalRecord } from './port.ts';

/** Records as they cross to the journal's thread: one text and one block of bytes, since cloning objects one by one costs more than all the rest of an append. */
export interface PackedRecords {
  readonly rows: string;
  readonly bodies: Uint8Array<ArrayBuffer>;
}
type Row = [
  receivedAt: number,
  method: string,
  url: string,
  headers: Record<string, string>,
  keyId: string,
  endpoint: string,
  channel: string | null,
  origin: JournalRecord['origin'],
  bytes: number,
];

export function packRecords(records: readonly JournalRecord[]): PackedRecords {
  const bodies = new Uint8Array(records.reduce((sum, r) => sum + r.body.length, 0));
  let at = 0;
  const rows = records.map((r): Row => {
    bodies.set(r.body, at);
    at += r.body.length;
    return [r.receivedAt, r.method, r.url, r.headers, r.keyId, r.endpoint, r.channel, r.origin, r.body.length];
  });
  return { rows: JSON.stringify(rows), bodies };
}

export function unpackRecords({ rows, bodies }: PackedRecords): JournalRecord[] {
  let at = 0;
  return (JSON.parse(rows) as Row[]).map(([receivedAt, method, url, headers, keyId, endpoint, channel, origin, bytes]) => {
    at += bytes;
    return { receivedAt, method, url, headers, body: bodies.subarray(at - bytes, at), keyId, endpoint, channel, origin };
  });
}
