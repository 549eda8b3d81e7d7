
/** Changes of the store that belong to this area; see src/store/operations.ts. */
export const brokerOperations = {};
