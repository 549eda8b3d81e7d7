import { randomBytes } from 'node:crypto';

/** A PNG by its chunks, with these bytes as its pixels. */
export function png(data: Buffer): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
/** One of as many bytes as asked, different each time. */
export const picture = (bytes: number): Buffer => png(randomBytes(Math.max(1, bytes - 57)));
/** A voice note as phones record it (Opus in Ogg), without a sound in it: the pages are real, the packets are silence. */
export function voiceNote(seconds: number, packetBytes = 3): Buffer {
  const page = (kind: number, { granule, sequence }: { granule: number; sequence: number }, packet: Buffer) => {
    const head = Buffer.alloc(28);
    head.write('OggS', 0, 'latin1');
    head[5] = kind;
    head.writeBigInt64LE(BigInt(granule), 6);
    head.writeUInt32LE(7, 14);
    head.writeUInt32LE(sequence, 18);
    head[26] = 1;
    head[27] = packet.length;
    const all = Buffer.concat([head, packet]);
    let crc = 0;
    for (const byte of all) {
      crc ^= byte << 24;
      for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    }
    all.writeUInt32LE(crc >>> 0, 22);
    return all;
  };
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.set([1, 1], 8);
  head.writeUInt16LE(312, 10);
  head.writeUInt32LE(16_000, 12);
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.from([4, 0, 0, 0]), Buffer.from('test'), Buffer.from([0, 0, 0, 0])]);
  const frames = seconds * 50;
  const packet = Buffer.concat([Buffer.from([0xf8, 0xff, 0xfe]), Buffer.alloc(packetBytes - 3)]);
  const pages = [page(2, { granule: 0, sequence: 0 }, head), page(0, { granule: 0, sequence: 1 }, tags)];
  for (let i = 1; i <= frames; i++) pages.push(page(i === frames ? 4 : 0, { granule: i * 960 + 312, sequence: i + 1 }, packet));
  return Buffer.concat(pages);
}
