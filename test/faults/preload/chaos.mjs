// Faults inside the gateway's process that no signal can make, without a hook in src/: `NODE_OPTIONS=--import=…/chaos.mjs`.
// FAULTS_CONTROL names a file; on SIGUSR2 its one JSON command is done: { "clock": ms } moves the wall clock of every thread
// (the monotonic clock stays), { "end": "journal" | "store" | "reader" | "broker" | "checkpoint" | "media" | "preparing" } ends the
// latest thread of that name. FAULTS_POISON=1 lets marked bodies fail.
import { readFileSync } from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import threads, { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const { FAULTS_CONTROL, FAULTS_POISON } = process.env;
if (isMainThread) setEnvironmentData('faults.clock', new SharedArrayBuffer(8));
const shift = new Float64Array(getEnvironmentData('faults.clock'));
const real = Date.now.bind(Date);
Date.now = () => real() + shift[0];
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length) super(...parts);
    else super(real() + shift[0]);
  }
};

if (isMainThread && FAULTS_CONTROL) {
  const workers = new Map();
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      const name = /(\w+)-worker\.ts$/.exec(String(url))?.[1] ?? 'other';
      workers.set(name, [...(workers.get(name) ?? []), this]);
    }
  };
  syncBuiltinESMExports();
  process.on('SIGUSR2', () => {
    const command = JSON.parse(readFileSync(FAULTS_CONTROL, 'utf8'));
    if (typeof command.clock === 'number') shift[0] += command.clock;
    if (command.end) void workers.get(command.end)?.at(-1)?.terminate();
  });
}

if (FAULTS_POISON === '1') {
  // The normaliser is total by design, so its failure is put in from outside: the adapters are wrapped.
  registerHooks({
    resolve(specifier, context, next) {
      const poisoned = new URL('./poisoned-adapters.ts', import.meta.url).href;
      return specifier.endsWith('/adapters/index.ts') && context.parentURL !== poisoned
        ? { url: poisoned, shortCircuit: true, format: 'module-typescript' }
        : next(specifier, context);
    },
  });
}
