/**
 * Just enough of the protobuf wire format to change a few fields of an ONNX file and leave every other byte
 * as it was (https://protobuf.dev/programming-guides/encoding/). A parser generated from onnx.proto would
 * drop or reorder what it does not know.
 */
export interface Field {
  readonly number: number;
  /** The whole field, tag included: written back as it is. */
  readonly encoded: Uint8Array;
  /** The value's bytes: of a length-delimited field without the length, of others as they are encoded. */
  readonly payload: Uint8Array;
  readonly wireType: WireType;
}

type WireType = 0 | 1 | 2 | 5;

const varint = 0;
const lengthDelimited = 2;

/** @throws RangeError when the bytes are no protobuf message */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let offset = 0;
  while (offset < message.length) {
    const tag = readVarint(message, offset);
    const wireType = Number(tag.value & 7n);
    let start = tag.end;
    let end: number;
    if (wireType === varint) end = readVarint(message, start).end;
    else if (wireType === 1) end = start + 8;
    else if (wireType === 5) end = start + 4;
    else if (wireType === lengthDelimited) {
      const length = readVarint(message, start);
      start = length.end;
      end = start + Number(length.value);
    } else throw new RangeError(`wire type ${wireType} at byte ${offset} is not known`);
    const number = Number(tag.value >> 3n);
    if (number === 0 || end > message.length) throw new RangeError(`the field at byte ${offset} is cut off`);
    fields.push({
      number,
      encoded: message.subarray(offset, end),
      payload: message.subarray(start, end),
      wireType: wireType,
    });
    offset = end;
  }
  return fields;
}

export function writeFields(fields: readonly Field[]): Uint8Array {
  return concatenate(fields.map((field) => field.encoded));
}

/** A string, bytes or a message. */
export function bytesField(number: number, payload: Uint8Array): Field {
  const head = [
    ...encodeVarint(BigInt(number * 8 + lengthDelimited)),
    ...encodeVarint(BigInt(payload.length)),
  ];
  return {
    number,
    encoded: concatenate([Uint8Array.from(head), payload]),
    payload,
    wireType: lengthDelimited,
  };
}

export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, writeFields(fields));
}

export function textField(number: number, text: string): Field {
  return bytesField(number, new TextEncoder().encode(text));
}

export function integerField(number: number, value: bigint): Field {
  const payload = Uint8Array.from(encodeVarint(BigInt.asUintN(64, value)));
  const head = Uint8Array.from(encodeVarint(BigInt(number * 8 + varint)));
  return { number, encoded: concatenate([head, payload]), payload, wireType: varint };
}

/** The last field of that number, which is the one that counts; undefined when there is none. */
export function lastField(fields: readonly Field[], number: number): Field | undefined {
  return fields.findLast((field) => field.number === number);
}

export function fieldText(field: Field | undefined): string {
  return field === undefined ? '' : new TextDecoder().decode(field.payload);
}

/** Signed 64-bit integers of a repeated field, packed or not. */
export function fieldIntegers(fields: readonly Field[], number: number): bigint[] {
  return fields
    .filter((field) => field.number === number)
    .flatMap(({ payload }) => {
      const values: bigint[] = [];
      for (let offset = 0; offset < payload.length;) {
        const { value, end } = readVarint(payload, offset);
        values.push(BigInt.asIntN(64, value));
        offset = end;
      }
      return values;
    });
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function readVarint(bytes: Uint8Array, offset: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) throw new RangeError(`the number at byte ${offset} is cut off`);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value, end: offset + index + 1 };
  }
  throw new RangeError(`the number at byte ${offset} is longer than 64 bits`);
}

function encodeVarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
