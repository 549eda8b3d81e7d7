import type { Tx } from '../store/port.ts';

/** Changes of the store that belong to this area; see src/store/operations.ts. */
export const brokerOperations = {} satisfies Record<string, (tx: Tx, args: never) => Promise<unknown>>;
