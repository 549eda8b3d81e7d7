// Plain JavaScript on purpose: an older Node must be able to read this far and say why it stops.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Parlance needs Node 22.18 or newer (24 is recommended); this is ${process.versions.node}. "npm ci && npm start" brings and uses the right one.`);
  process.exit(1);
}
// Code that was stripped of its types and compiled is kept for the next start, beside the code itself and not in a folder that others
// may write to, so that the threads need not do it again each: 60 MB less. Where it can not be written nothing is kept.
const { default: module } = await import('node:module');
const { fileURLToPath } = await import('node:url');
const kept = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
if (module.enableCompileCache?.(kept).directory) process.env.NODE_COMPILE_CACHE ??= kept; // for the threads
// The bound on young objects that this was started with is for the HTTP thread; the others have bounds of their own, which a flag would overrule.
const { default: v8 } = await import('node:v8');
v8.setFlagsFromString('--max-semi-space-size=0');
await import('./main.ts');
