/** Whether an event is older than one that went before. Platforms tell whole seconds, we milliseconds: within one second nothing is late. */
export function isLate(timeMs: number, lastMs: number): boolean {
  return timeMs < lastMs - (lastMs % 1000);
}
