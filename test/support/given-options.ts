import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T }>>['values'];
export interface Told {
  /** 2 where what was given is wrong. */
  readonly code: 0 | 2;
  readonly text: string;
}

/** What a command of the project's own was given, or what to say and leave with: its usage where that was asked, and what is wrong and its usage. */
export function givenOptions<T extends ParseArgsOptionsConfig>(usage: string, options: T, args: readonly string[]): Values<T> | Told {
  if (args.includes('--help')) return { code: 0, text: usage };
  try {
    return parseArgs({ options, args: [...args] }).values as Values<T>;
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n${usage}` };
  }
}
export const isTold = (given: object): given is Told => 'code' in given && 'text' in given;

/** Ends the process, which was given what is wrong. */
export function refuse(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
/** What this process was given; where there is something to say of it, that is said and the process ends. */
export function optionsHere<T extends ParseArgsOptionsConfig>(usage: string, options: T): Values<T> {
  const given = givenOptions(usage, options, process.argv.slice(2));
  if (!isTold(given)) return given;
  if (given.code === 2) refuse(given.text);
  process.stdout.write(`${given.text}\n`);
  process.exit(0);
}
