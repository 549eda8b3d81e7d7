export * from './ids.ts';
export * from './content.ts';
export * from './status.ts';
export * from './failures.ts';
export * from './events.ts';
export * from './commands.ts';
