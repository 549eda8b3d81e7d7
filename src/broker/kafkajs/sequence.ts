const MOST = 2 ** 31 - 1;

/** The sequence number after a batch of so many records: after the greatest signed 32-bit number comes 0, within a batch too (org.apache.kafka.common.record.DefaultRecordBatch.incrementSequence). */
export const nextSequence = (first: number, records: number): number => (first > MOST - records ? records - (MOST - first) - 1 : first + records);
