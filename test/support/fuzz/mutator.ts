import type { Random } from '../../../scripts/measure/seeded-random.js';

/** Varints at the edges of what they may be, and beyond. */
const extremes = [
  '00',
  '01',
  '7f',
  '8001',
  'ffffffff07',
  'ffffffff0f',
  '8080808010',
  'ffffffffffffffff7f',
  'ffffffffffffffffff01',
  'ffffffffffffffffff7f',
  '80808080808080808001',
  'ffffffffffffffffffff01',
  '8000',
  '80808000',
].map((hex) => Buffer.from(hex, 'hex'));

/** Sizes of a dimension whose products overflow, or wrap around to something small. */
const sizes = [0n, 1n, 2n, 3n, 4n, 8n, -1n, 2n ** 31n, 2n ** 32n, 2n ** 32n + 2n, 2n ** 61n, 2n ** 62n]
  .concat([2n ** 62n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 1n - 2n ** 32n, 3_074_457_345_618_258_603n])
  .map((size) => BigInt.asUintN(64, size));

/** Where a field lies in a message, and where what it holds begins. */
interface Place {
  readonly number: number;
  readonly start: number;
  /** Of a length-delimited field, else its end. */
  readonly content: number;
  readonly end: number;
}

/** Changes encoded messages by chance, as a sender would that is broken or hostile. */
export class Mutator {
  /** @param samples valid messages */
  constructor(
    private readonly random: Random,
    private readonly samples: readonly Buffer[],
  ) {}

  /** A changed copy of one of the samples. */
  next(): Buffer {
    let message = this.sample();
    for (let left = this.below(2); left >= 0; left--) message = this.change(message);
    return message;
  }

  private change(message: Buffer): Buffer {
    const changes = [
      () => this.flipBit(message),
      () => splice(message, this.below(message.length), 1, Buffer.of(this.below(256))),
      () => message.subarray(0, this.below(message.length)),
      () => splice(message, this.below(message.length), 1 + this.below(4)),
      () => splice(message, this.below(message.length), 0, this.noise()),
      () => splice(message, this.below(message.length), 1, this.one(extremes)),
      () => this.changeField(message, (field) => Buffer.concat([field, field])),
      () => this.changeField(message, () => Buffer.alloc(0)),
      () => this.changeLength(message),
      // Most of all what leaves a message that can be read.
      ...Array.from({ length: 4 }, () => () => this.changeInside(message)),
      ...Array.from({ length: 4 }, () => () => this.changeShape(message)),
      () => this.shuffleFields(message),
      () => Buffer.concat([message, this.sample()]),
    ];
    return this.one(changes)();
  }

  private flipBit(message: Buffer): Buffer {
    const changed = Buffer.from(message);
    const at = this.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << this.below(8));
    return changed;
  }

  private changeField(message: Buffer, change: (field: Buffer) => Buffer): Buffer {
    const place = this.one(places(message));
    if (place === undefined) return message;
    const { start, end } = place;
    return splice(message, start, end - start, change(message.subarray(start, end)));
  }

  /** Of a length-delimited field; what it holds stays. */
  private changeLength(message: Buffer): Buffer {
    const place = this.one(places(message).filter(({ content, end }) => content < end));
    if (place === undefined) return message;
    const { start, content, end } = place;
    const around = varint(BigInt(Math.max(0, end - content + this.below(9) - 4)));
    return splice(message, start + 1, content - start - 1, this.below(2) === 0 ? around : this.one(extremes));
  }

  /** Within an inner message, whose length is put right. */
  private changeInside(message: Buffer): Buffer {
    const place = this.one(places(message).filter(({ content, end }) => content < end));
    if (place === undefined) return message;
    const inner = this.change(message.subarray(place.content, place.end));
    return splice(
      message,
      place.start + 1,
      place.end - place.start - 1,
      Buffer.concat([varint(BigInt(inner.length)), inner]),
    );
  }

  /** Of one input, field 5 of a request: its shape is field 3. */
  private changeShape(message: Buffer): Buffer {
    const place = this.one(places(message).filter(({ number }) => number === 5));
    if (place === undefined) return message;
    const input = message.subarray(place.content, place.end);
    const shape = places(input).find(({ number }) => number === 3);
    const packed = Buffer.concat(this.changedShape(shape, input).map(varint));
    const field = Buffer.concat([Buffer.of(0x1a), varint(BigInt(packed.length)), packed]);
    const changed =
      shape === undefined
        ? Buffer.concat([input, field])
        : splice(input, shape.start, shape.end - shape.start, field);
    const length = varint(BigInt(changed.length));
    return splice(message, place.start + 1, place.end - place.start - 1, Buffer.concat([length, changed]));
  }

  /** Any sizes, or those that it has, one of them larger by so much that the product may wrap around to the same. */
  private changedShape(shape: Place | undefined, input: Buffer): bigint[] {
    if (shape === undefined || this.below(2) === 0) {
      return Array.from({ length: this.below(5) }, () => this.one(sizes));
    }
    const dims = varints(input.subarray(shape.content, shape.end));
    const chosen = this.below(dims.length);
    const more = 1n << BigInt(56 + this.below(8));
    return dims.map((size, index) => BigInt.asUintN(64, index === chosen ? size + more : size));
  }

  private shuffleFields(message: Buffer): Buffer {
    const fields = places(message).map(({ start, end }) => message.subarray(start, end));
    for (let last = fields.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [fields[last], fields[other]] = [fields[other] as Buffer, fields[last] as Buffer];
    }
    return Buffer.concat(fields);
  }

  private noise(): Buffer {
    return Buffer.from(Array.from({ length: 1 + this.below(4) }, () => this.below(256)));
  }

  private sample(): Buffer {
    return this.one(this.samples);
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** A whole number from 0 up to, without, the limit; 0 for none. */
  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

function splice(message: Buffer, at: number, count: number, inserted: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([message.subarray(0, at), inserted, message.subarray(at + count)]);
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Those that are complete. */
function varints(bytes: Buffer): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte % 0x80) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(value);
    [value, shift] = [0n, 0n];
  }
  return values;
}

/** The fields of a message up to the first that makes no sense. Tags of one byte are enough here. */
function places(message: Buffer): Place[] {
  const found: Place[] = [];
  for (let start = 0; start < message.length;) {
    const tag = message[start] ?? 0;
    let content = start + 1;
    let length = 0;
    if (tag % 8 === 2 || tag % 8 === 0) {
      let shift = 0;
      for (let byte = 0x80; byte >= 0x80; shift += 7) {
        byte = message[content++] ?? 0;
        length += (byte % 0x80) * 2 ** shift;
      }
    } else if (tag % 8 !== 1 && tag % 8 !== 5) {
      return found;
    }
    const end =
      tag % 8 === 2 ? content + length : tag % 8 === 0 ? content : content + (tag % 8 === 1 ? 8 : 4);
    if (tag >= 0x80 || tag < 8 || end > message.length) return found;
    found.push({ number: tag >> 3, start, content: tag % 8 === 2 ? content : end, end });
    start = end;
  }
  return found;
}
