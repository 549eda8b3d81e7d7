import { errorOfCode } from './cluster.ts';

/** By Kafka's codes: its coordinator loads, is not there, has moved; the group is rebalancing; the markers of the transaction before are not written. */
const PASSING = [14, 15, 16, 27, 51].map((code) => errorOfCode(code));

/** Over at the next try: said by a cluster that has just started, and while a fence waits for its markers (fence.ts). */
export const isPassing = (error: unknown): boolean => PASSING.some(({ type }) => type === (error as { type?: unknown } | null)?.type);
/** The same of a line of the client's log, which has the error's text alone. */
export const tellsOfPassing = (line: string): boolean => PASSING.some(({ message }) => line.includes(message));
