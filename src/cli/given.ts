import type { ChannelConfig } from '../config/config.ts';
import { readChannels } from '../config/load-config.ts';
import { CliError } from './client.ts';
import type { Context } from './commands.ts';
import { wholeEnvironment } from './environment.ts';
import { clean } from './print.ts';

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
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** `--for` as 90, 90s, 5m, 24h or 7d. */
export function seconds(c: Context, otherwise: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(optional(c, 'for') ?? otherwise) ?? [];
  if (amount === undefined) throw new CliError(2, '--for is a time as 90s, 5m or 24h.');
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
export function urlFlag(c: Context, name: string): string {
  const given = flag(c, name);
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? '')) throw new CliError(2, `--${name} is a URL that begins with http:// or https://.`);
  return given;
}
/** The channels of a file in the form of CHANNELS_FILE. */
export function channelsIn(file: string): ChannelConfig[] {
  const faults: string[] = [];
  const channels = readChannels(file, wholeEnvironment(), faults);
  if (faults.length) throw new CliError(2, faults.map(clean).join('\n'));
  return channels;
}
