import { objectOf } from '../meta/bearer.ts';
import type { Fault, RefusalCode } from './errors.ts';

/** What the rules of contents are made of. A rule answers the fault that Meta would tell first. */
export type Fields = Record<string, unknown>;
export const fields = (value: unknown): Fields => objectOf(value);
export const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(objectOf) : []);
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
/** Lengths count characters, not UTF-16 units (whatsapp.md 5.5). */
export const lengthOf = (text: string): number => [...text].length;

export const first = (...faults: readonly Fault[]): Fault => faults.find((f) => f !== null) ?? null;
export const unless = (good: boolean, code: RefusalCode, details: string): Fault => (good ? null : [code, details]);
/** A text that must be there, with its longest. */
export function needed(value: unknown, what: string, max: number): Fault {
  if (!isText(value)) return [131008, `${what} is required`];
  return unless(lengthOf(value) <= max, 131009, `${what} length invalid. Min length: 1, Max length: ${max}`);
}
export const optional = (value: unknown, what: string, max: number): Fault => (value === undefined || value === null ? null : needed(value, what, max));
export function unique(values: readonly unknown[], what: string): Fault {
  return unless(new Set(values).size === values.length, 131009, `Duplicated ${what}`);
}
export const count = (n: number, { what, least, most }: { what: string; least: number; most: number }): Fault =>
  unless(n >= least && n <= most, 131009, `Invalid ${what} count. Min allowed ${what}: ${least}, Max allowed ${what}: ${most}`);
export const each = <T>(values: readonly T[], rule: (value: T, index: number) => Fault): Fault => first(...values.map(rule));
