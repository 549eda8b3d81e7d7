export * from './commands.ts';
export * from './content.ts';
export * from './events.ts';
export * from './failures.ts';
export * from './ids.ts';
export * from './named-files.ts';
export * from './status.ts';
