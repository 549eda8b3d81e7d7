#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must be able to read this far and say why it stops.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Parlance needs Node 22.18 or newer (24 is recommended); this is ${process.versions.node}.`);
  process.exit(1);
}
const { keepCompiled } = await import('../keep-compiled.js');
keepCompiled();
await import('./cli.ts');
