import type { Random } from '../../../scripts/measure/seeded-random.js';

/** Values that lengths, sizes and counts of file formats break on, as they stand in a file. */
const extremes = [
  '00',
  'ff',
  '7f',
  '80',
  '0000',
  'ffff',
  '7fff',
  '8000',
  '00000000',
  'ffffffff',
  '7fffffff',
  '80000000',
]
  .concat([
    'ffd9',
    'ffd8',
    'ffc0',
    'ffda',
    '49454e44',
    '49444154',
    '0d0a',
    '22',
    '5c',
    '7b',
    '5b',
    'c0af',
    'edA080',
  ])
  .map((hex) => Buffer.from(hex, 'hex'));

/** Changes bytes as a damaged disk, a broken writer or somebody hostile would. */
export class ByteMutator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * @param others what parts of may be mixed in
   * @returns a changed copy
   */
  mutate(bytes: Buffer, others: readonly Buffer[]): Buffer {
    let changed: Buffer = Buffer.from(bytes);
    for (let left = this.below(4); left >= 0; left--) changed = this.#change(changed, others);
    return changed;
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  #change(bytes: Buffer, others: readonly Buffer[]): Buffer {
    const at = this.#place(bytes.length);
    const changes = [
      () => this.#flipBits(bytes),
      () => splice(bytes, at, 1, Buffer.of(this.below(256))),
      () => this.#overwrite(bytes, at, this.one(extremes)),
      () => this.#overwrite(bytes, at, this.one(extremes)),
      () => splice(bytes, at, 0, this.one(extremes)),
      () => splice(bytes, at, 0, this.#noise()),
      () => splice(bytes, at, this.below(64), Buffer.alloc(0)),
      () => splice(bytes, at, 0, bytes.subarray(at, at + this.below(256))),
      () => bytes.subarray(0, at),
      () => Buffer.concat([bytes.subarray(0, at), this.#tail(others[this.below(others.length)])]),
      () => Buffer.concat([bytes, this.#noise()]),
    ];
    return this.one(changes)();
  }

  /** Half of all changes hit the first bytes, where formats say what follows. */
  #place(length: number): number {
    return this.below(2) === 0 ? this.below(Math.min(length, 256)) : this.below(length);
  }

  #flipBits(bytes: Buffer): Buffer {
    for (let left = this.below(8); left >= 0; left--) {
      const at = this.#place(bytes.length);
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
    }
    return bytes;
  }

  #overwrite(bytes: Buffer, at: number, value: Buffer): Buffer {
    return splice(bytes, at, value.length, value);
  }

  #noise(): Buffer {
    return Buffer.from(Array.from({ length: this.below(32) }, () => this.below(256)));
  }

  #tail(other: Buffer | undefined): Buffer {
    return other === undefined ? Buffer.alloc(0) : other.subarray(this.below(other.length));
  }
}

function splice(bytes: Buffer, at: number, removed: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}
