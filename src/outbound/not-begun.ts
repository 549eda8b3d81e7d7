/** SQL: messages of `table` that are queued and whose calls have not begun, in the words of the partial indexes that find them (messages_expiry, messages_stand_ins). */
export const notBegun = (table: string): string => `(${['ready', 'waiting', 'held'].map((state) => `${table}.queue_state = '${state}'`).join(' OR ')})`;
