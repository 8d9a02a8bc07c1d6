/**
 * Checks the structure of a protobuf message before it is read. The generated readers trust lengths inside of it: an
 * inner message that is longer than the outer one, or a tag of 0, makes them read other fields than were sent.
 * Protobuf refuses such messages, and what refuses them must be the same on both sides of a protocol.
 * Encoding: https://protobuf.dev/programming-guides/encoding
 */

/** What the length-delimited fields of a message hold, by number; those that are not listed are text or bytes. */
export interface MessageLayout {
  readonly [field: number]: MessageLayout | 'varints' | 'fixed32' | 'fixed64';
  /**
   * A message in it that there is only one of. Others would be merged with the first, which the generated readers do
   * not do, nor has any writer a reason to write several.
   */
  readonly single?: { readonly field: number; readonly required: boolean };
}

/**
 * An entry of a map whose values are messages. Every writer writes the value, also an empty one; without it the
 * generated readers forget the whole entry, which the real server does not.
 */
export const mapEntryLayout: MessageLayout = { 2: {}, single: { field: 2, required: true } };

/** Deeper nesting is refused, as by the protobuf of other languages. */
const maxDepth = 100;

const wire = { varint: 0, fixed64: 1, delimited: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** @throws Error saying where the message is malformed */
export function checkWire(bytes: Uint8Array, layout: MessageLayout): void {
  new WireWalker(bytes).message(bytes.byteLength, layout, 0);
}

class WireWalker {
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  message(end: number, layout: MessageLayout, depth: number): void {
    const { single } = layout;
    const singleTag = single === undefined ? null : single.field * 8 + wire.delimited;
    let count = 0;
    while (this.position < end) {
      const tag = this.varint(end);
      this.field(tag, end, layout, depth);
      if (tag === singleTag) count += 1;
    }
    if (count > 1 || (count === 0 && single?.required === true)) {
      throw this.malformed(`a message with ${count} of what there has to be one of`);
    }
  }

  private field(tag: number, end: number, layout: MessageLayout, depth: number): void {
    const number = Math.floor(tag / 8);
    if (number === 0 || tag > 0xffff_ffff) throw this.malformed('a tag that is none');
    switch (tag % 8) {
      case wire.varint:
        this.varint(end);
        break;
      case wire.fixed64:
        this.skip(8, end);
        break;
      case wire.delimited:
        this.delimited(this.varint(end), end, layout[number], depth);
        break;
      case wire.groupStart:
        this.group(number, end, depth + 1);
        break;
      case wire.fixed32:
        this.skip(4, end);
        break;
      default:
        throw this.malformed('a wire type that is none');
    }
  }

  private delimited(
    length: number,
    end: number,
    content: MessageLayout[number] | undefined,
    depth: number,
  ): void {
    const start = this.position;
    this.skip(length, end);
    if (content === undefined) return;
    const stop = this.position;
    if (content === 'fixed32' || content === 'fixed64') {
      if (length % (content === 'fixed32' ? 4 : 8) !== 0) throw this.malformed('half a number');
      return;
    }
    this.position = start;
    if (content === 'varints') while (this.position < stop) this.varint(stop);
    else if (depth < maxDepth) this.message(stop, content, depth + 1);
    else throw this.malformed('too many messages inside of each other');
  }

  /** Groups are of the past and only skipped, but must be closed. */
  private group(number: number, end: number, depth: number): void {
    if (depth > maxDepth) throw this.malformed('too many groups inside of each other');
    for (;;) {
      const tag = this.varint(end);
      if (tag === number * 8 + wire.groupEnd) return;
      this.field(tag, end, {}, depth);
    }
  }

  /** Only its lower bits are exact above 2^53, where no length and no tag is. */
  private varint(end: number): number {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.position < end ? this.bytes[this.position] : undefined;
      if (byte === undefined) throw this.malformed('a number that is cut off');
      this.position += 1;
      value += (byte % 0x80) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw this.malformed('a number that is too long');
  }

  private skip(length: number, end: number): void {
    if (length > end - this.position) throw this.malformed('a field that is longer than its message');
    this.position += length;
  }

  private malformed(what: string): Error {
    return new Error(`${what} before byte ${this.position} of ${this.bytes.byteLength}`);
  }
}
