import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesField,
  concatenate,
  fieldIntegers,
  fieldText,
  integerField,
  lastField,
  messageField,
  readFields,
  textField,
  writeFields,
} from './protobuf.js';

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const field = fc.oneof(
  fc.tuple(number, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map(([n, v]) => integerField(n, v)),
  fc.tuple(number, fc.uint8Array({ maxLength: 300 })).map(([n, bytes]) => bytesField(n, bytes)),
);

describe('protobuf', () => {
  it('writes back every byte it has read', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const message = writeFields(fields);
        expect(writeFields(readFields(message))).toEqual(message);
      }),
    );
  });

  it('reads back integers, texts and nested messages', () => {
    fc.assert(
      fc.property(
        number,
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.string(),
        (n, value, text) => {
          const outer = messageField(n, [integerField(1, value), textField(2, text)]);
          const inner = readFields(readFields(outer.encoded)[0]?.payload ?? new Uint8Array());
          expect(fieldIntegers(inner, 1)).toEqual([value]);
          expect(fieldText(lastField(inner, 2))).toBe(
            new TextDecoder().decode(new TextEncoder().encode(text)),
          );
        },
      ),
    );
  });

  it('reads repeated integers, packed or one by one', () => {
    const packed = bytesField(1, Uint8Array.of(3, 0x96, 0x01));
    expect(fieldIntegers([packed, integerField(1, 7n)], 1)).toEqual([3n, 150n, 7n]);
  });

  it('keeps fixed 32 and 64 bit fields as they are', () => {
    const message = Uint8Array.of(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8);
    expect(readFields(message).map(({ number: n, payload }) => [n, payload.length])).toEqual([
      [1, 4],
      [2, 8],
    ]);
    expect(writeFields(readFields(message))).toEqual(message);
  });

  it.each([
    ['a cut number', Uint8Array.of(0x08)],
    ['a cut text', Uint8Array.of(0x12, 5, 1)],
    ['an unknown wire type', Uint8Array.of(0x0b)],
    ['field number 0', Uint8Array.of(0x00, 1)],
    ['an endless number', concatenate([Uint8Array.of(0x08), new Uint8Array(11).fill(0xff)])],
  ])('refuses %s', (_what, message) => {
    expect(() => readFields(message)).toThrow(RangeError);
  });
});
