/** What an ingest without a gateway around it is told. */
export const INGEST_SETTINGS = {
  publicUrl: 'http://127.0.0.1',
  mediaLinkDays: 7,
  mediaKey: Buffer.alloc(32),
  retention: { eventDays: 30, messageDays: 90, exchangeDays: 14, idempotencyDays: 7 },
};
