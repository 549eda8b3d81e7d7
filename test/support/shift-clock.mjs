// Moves the wall clock of a whole process by CLOCK_SHIFT_MS: `NODE_OPTIONS=--import=…/shift-clock.mjs`. The monotonic clock stays.
const by = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + by;
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length) super(...parts);
    else super(now() + by);
  }
};
