/** What a process's log said when it ended. */
export const lastWords = (log: string): string =>
  log
    .split('\n')
    .filter((l) => /"level":60|Error|\bat /.test(l))
    .slice(-8)
    .join(' ')
    .slice(-1200);
