import { word } from './key-table.ts';

/** The first part is made for so many keys, each further one for twice as many, */
const FIRST = 131_072;
/** and there are no more than so many: 25 MB, for 17 million keys. What comes after goes into the last one, which excludes less and less. */
const PARTS = 7;
const BITS_PER_KEY = 12;
/** All bits of a key stand in one line of the processor's cache, of so many words. */
const LINE = 16;
/** Bits of a line that are set for a key: half of them by its third word, half by its fourth, 9 bits of it for each. */
const SET = 6;

interface Part {
  readonly words: Uint32Array;
  readonly most: number;
  size: number;
}
const partFor = (most: number): Part => ({ words: new Uint32Array((most * BITS_PER_KEY) / 32), most, size: 0 });
const lineIn = ({ words }: Part, key: Uint8Array): number => (word(key, 4) % (words.length / LINE)) * LINE;
/** Which bit of its line, 0 to 511. */
const bitOf = (third: number, fourth: number, i: number): number => (i < SET / 2 ? third >>> (i * 9) : fourth >>> ((i - SET / 2) * 9)) & (LINE * 32 - 1);

/** A Bloom filter of keys of 16 evenly spread bytes. It says of a key that it is not there, or that it may be, which is wrong for one in a hundred. */
export class KeyFilter {
  readonly #parts = [partFor(FIRST)];

  add(key: Uint8Array): void {
    let part = this.#parts.at(-1) as Part;
    if (part.size === part.most && this.#parts.length < PARTS) {
      part = partFor(part.most * 2);
      this.#parts.push(part);
    }
    part.size++;
    const line = lineIn(part, key);
    const [third, fourth] = [word(key, 8), word(key, 12)];
    for (let i = 0; i < SET; i++) {
      const bit = bitOf(third, fourth, i);
      const at = line + (bit >>> 5);
      part.words[at] = (part.words[at] as number) | (1 << (bit & 31));
    }
  }
  mayHave(key: Uint8Array): boolean {
    const [third, fourth] = [word(key, 8), word(key, 12)];
    return this.#parts.some((part) => {
      const line = lineIn(part, key);
      for (let i = 0; i < SET; i++) {
        const bit = bitOf(third, fourth, i);
        if (!((part.words[line + (bit >>> 5)] as number) & (1 << (bit & 31)))) return false;
      }
      return true;
    });
  }
}
