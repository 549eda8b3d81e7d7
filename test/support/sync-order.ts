/** One finished system call of `strace -f -ttt -T -yy`: begin and end in seconds. */
interface Call {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

/** Reads a trace, joining calls that strace tells in two halves. */
export function readTrace(trace: string): Call[] {
  const open = new Map<string, { name: string; begin: number; text: string }>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const head = /^(?:\[pid\s+)?(\d+)\]?\s+(\d+\.\d+) (.*)$/.exec(line);
    if (!head) continue;
    const [, pid = '', at = '', rest = ''] = head;
    const time = Number(at);
    const begun = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(rest);
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest);
    const took = /<(\d+\.\d+)>$/.exec(rest);
    if (begun) open.set(pid, { name: begun[1] ?? '', begin: time, text: begun[2] ?? '' });
    else if (resumed) {
      const half = open.get(pid);
      open.delete(pid);
      if (half) calls.push({ name: half.name, begin: half.begin, end: time, text: half.text + (resumed[2] ?? '') });
    } else {
      const whole = /^(\w+)\((.*)$/.exec(rest);
      if (whole) calls.push({ name: whole[1] ?? '', begin: time, end: time + Number(took?.[1] ?? 0), text: whole[2] ?? '' });
    }
  }
  return calls;
}

/**
 * Bodies (by their unique ids) whose 200 did not follow a completed sync of the journal that began after their bytes were written.
 * Answers carry no id, so the n-th answer of all must find at least n bodies synced before it began: no 200 runs ahead of the disk.
 */
export function runsAhead(calls: readonly Call[], ids: readonly string[]): { ahead: number; answers: number; syncs: number; written: number } {
  const written = new Map<string, number>();
  const journal = calls.filter((c) => c.text.includes('/journal/journal-'));
  for (const c of journal)
    if (/^p?write(64|v)?$/.test(c.name)) for (const [id] of c.text.matchAll(/SYNC-\d{6}/g)) written.set(id, Math.min(written.get(id) ?? Number.POSITIVE_INFINITY, c.end));
  const syncs = journal.filter((c) => c.name === 'fsync' || c.name === 'fdatasync').sort((a, b) => a.begin - b.begin);
  const durable = ids.map((id) => syncs.find((s) => s.begin >= (written.get(id) ?? Number.POSITIVE_INFINITY))?.end ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const answers = calls
    .filter((c) => /^(write|writev|sendto)$/.test(c.name) && c.text.includes('HTTP/1.1 200'))
    .map((c) => c.begin)
    .sort((a, b) => a - b);
  return { ahead: answers.filter((at, n) => (durable[n] ?? Number.POSITIVE_INFINITY) > at).length, answers: answers.length, syncs: syncs.length, written: written.size };
}
