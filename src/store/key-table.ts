/** Bytes of a key. */
export const KEY = 16;
const WORDS = KEY / 4;
const LEAST = 1024;
/** The word that begins at this byte. */
export const word = (key: Uint8Array, at: number): number =>
  (((key[at] as number) << 24) | ((key[at + 1] as number) << 16) | ((key[at + 2] as number) << 8) | (key[at + 3] as number)) >>> 0;

/**
 * Keys of 16 evenly spread bytes and the order in which they came, outside of the collected heap: 24 to 32 bytes each, where a Set of
 * strings takes a hundred and a collection goes through every one. What came last can be taken away again, nothing else can.
 */
export class KeyTable {
  #words = new Uint32Array(LEAST * WORDS);
  /** Place of a key, plus one, at the slot of its first word or the next free one after it; twice as many as keys. 0: free. */
  #slots = new Int32Array(LEAST * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Of the key: its place (0 for the first that came) or -1. */
  placeOf(key: Uint8Array): number {
    return (this.#slots[this.#slotOf(word(key, 0), word(key, 4), word(key, 8), word(key, 12))] as number) - 1;
  }
  /** Of a key that is not there yet. */
  add(key: Uint8Array): void {
    if (this.#size * WORDS === this.#words.length) this.#grow();
    for (let i = 0; i < WORDS; i++) this.#words[this.#size * WORDS + i] = word(key, i * 4);
    this.#slots[this.#slotAt(this.#size)] = ++this.#size;
  }
  keyAt(place: number): Uint8Array {
    const key = Buffer.allocUnsafe(KEY);
    for (let i = 0; i < WORDS; i++) key.writeUInt32BE(this.#words[place * WORDS + i] as number, i * 4);
    return key;
  }
  /** Takes away those that came last, until so many are left. */
  cut(size: number): void {
    while (this.#size > size) {
      const place = --this.#size;
      this.#slots[this.#slotAt(place)] = 0; // the last one in is on no other's way to its slot
    }
  }
  /** Takes all of them away; what they stood in is used again. */
  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }
  /** The places, in the order of the keys but for those that share their first four bytes. */
  sorted(): Uint32Array {
    const scale = 2 ** 21; // of 53 bits the word takes 32
    const by = Float64Array.from({ length: this.#size }, (_, place) => (this.#words[place * WORDS] as number) * scale + place).sort();
    return Uint32Array.from(by, (value) => value % scale);
  }

  #slotAt(place: number): number {
    const words = this.#words;
    const at = place * WORDS;
    return this.#slotOf(words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number);
  }
  /** Where the key stands, else where it would. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = ((this.#slots[slot] as number) - 1) * WORDS;
      if (at < 0 || (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d)) return slot;
    }
  }
  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let place = 0; place < this.#size; place++) this.#slots[this.#slotAt(place)] = place + 1;
  }
}
