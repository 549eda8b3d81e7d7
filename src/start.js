// Plain JavaScript on purpose: an older Node must be able to read this far and say why it stops.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Parlance needs Node 22.18 or newer (24 is recommended); this is ${process.versions.node}. "npm ci && npm start" brings and uses the right one.`);
  process.exit(1);
}
const { keepCompiled } = await import('./keep-compiled.js');
keepCompiled();
// The bound on young objects that this was started with is for the HTTP thread; the others have bounds of their own, which a flag would overrule.
const { default: v8 } = await import('node:v8');
v8.setFlagsFromString('--max-semi-space-size=0');
// V8 would come to make whatever outlives a few collections among the old objects at once, where it stays, with all that it holds, until the whole
// heap is collected: every event on its way to Kafka did, and the relay stood still for that every second.
v8.setFlagsFromString('--no-allocation-site-pretenuring');
// Young objects are collected by the thread that made them: V8 would have helpers do part of it, and where every core is busy the thread waits
// until they have had one. Heaps for young objects are small here, so there is little to share.
v8.setFlagsFromString('--no-parallel-scavenge');
await import('./main.ts');
