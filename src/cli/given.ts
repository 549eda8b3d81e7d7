import { CliError } from './client.ts';
import type { Context } from './commands.ts';

/** What a command was given. */
export const flag = ({ given }: Context, name: string): string => {
  const value = given.flags[name];
  if (typeof value !== 'string' || value === '') throw new CliError(2, `--${name} is needed.`);
  return value;
};
export const optional = ({ given }: Context, name: string): string | undefined => (typeof given.flags[name] === 'string' ? (given.flags[name] as string) : undefined);
export const word = ({ given }: Context, at: number, what: string): string => {
  const value = given.words[at];
  if (value === undefined) throw new CliError(2, `${what} is missing.`);
  return value;
};
export function number(c: Context, name: string, { otherwise, least, most }: { otherwise: number; least: number; most: number }): number {
  const value = optional(c, name);
  if (value === undefined) return otherwise;
  const parsed = Number(value);
  if (value.trim() === '' || !(parsed >= least && parsed <= most)) throw new CliError(2, `--${name} is a number from ${least} to ${most}.`);
  return parsed;
}
