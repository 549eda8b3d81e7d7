/** performance.now() plus this is the machine's monotonic clock, the same in every process. */
export const CLOCK = Number(process.hrtime.bigint()) / 1e6 - performance.now();
