/** Counts by logarithmic buckets of 1.6 %, in microseconds; cheap to record, as HDR histograms are. */
const SUB = 64;
const SUB_BITS = 6;

export interface Quantiles {
  readonly n: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function createHistogram() {
  const counts = new Uint32Array(SUB * 28);
  let n = 0;
  let max = 0;
  const bucketOf = (us: number): number => {
    if (us < SUB * 2) return us;
    const shift = 31 - Math.clz32(us) - SUB_BITS;
    return shift * SUB + (us >>> shift);
  };
  const middleOf = (bucket: number): number => {
    if (bucket < SUB * 2) return bucket;
    const shift = Math.floor(bucket / SUB) - 1;
    return (bucket - shift * SUB + 0.5) * 2 ** shift;
  };
  const at = (share: number): number => {
    let left = Math.ceil(n * share);
    for (let i = 0; i < counts.length; i++) {
      left -= counts[i] ?? 0;
      if (left <= 0) return middleOf(i) / 1000;
    }
    return max / 1000;
  };
  return {
    record(ms: number): void {
      const us = Math.min(2 ** 31 - 1, Math.max(0, Math.round(ms * 1000)));
      const bucket = bucketOf(us);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      n++;
      if (us > max) max = us;
    },
    quantiles: (): Quantiles => ({ n, p50: n ? at(0.5) : 0, p99: n ? at(0.99) : 0, p999: n ? at(0.999) : 0, max: max / 1000 }),
  };
}
