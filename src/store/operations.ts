import type { Tx } from './port.ts';
import { inboundOperations } from '../inbound/operations.ts';
import { outboundOperations } from '../outbound/operations.ts';
import { apiOperations } from '../api/operations.ts';
import { brokerOperations } from '../broker/operations.ts';

/**
 * Every change of the store, by name: `(tx, args) => result`, run inside a transaction of the writer. Arguments and results are
 * plain data (they cross a thread). Each area keeps its own; this is the one list.
 */
export const operations = { ...inboundOperations, ...outboundOperations, ...apiOperations, ...brokerOperations };
export type Operations = typeof operations;
export type Operation = (tx: Tx, args: never) => Promise<unknown>;
