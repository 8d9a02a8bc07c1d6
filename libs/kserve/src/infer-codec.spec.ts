import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelInferRequest, ModelInferResponse } from './generated/inference/grpc_service.js';
import {
  decodeInferRequest,
  decodeInferResponse,
  encodeInferRequest,
  encodeInferResponse,
} from './infer-codec.js';

const raw = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 });
const name = fc.string({ unit: 'grapheme', maxLength: 12 });
const shape = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 });

const request = fc
  .record({ modelName: name, id: name, inputs: fc.array(fc.record({ name, datatype: name, shape })), raw })
  .map(({ raw: rawInputContents, ...rest }) => ModelInferRequest.create({ ...rest, rawInputContents }));

describe('infer codec', () => {
  it('writes what the generated writer writes', () => {
    fc.assert(
      fc.property(request, (message) => {
        expect(encodeInferRequest(message)).toEqual(Buffer.from(ModelInferRequest.encode(message).finish()));
      }),
    );
  });

  it('reads back every request', () => {
    fc.assert(
      fc.property(request, (message) => {
        const read = decodeInferRequest(Uint8Array.from(encodeInferRequest(message)));
        expect(read).toEqual(message);
      }),
    );
  });

  it('reads back responses, with empty raw entries kept', () => {
    const message = ModelInferResponse.create({
      modelName: 'detection',
      modelVersion: '1',
      outputs: [
        { name: 'output_0', datatype: 'FP32', shape: [0n, 5n] },
        { name: 'output_2', datatype: 'INT32', shape: [1n, 1n] },
      ],
      rawOutputContents: [new Uint8Array(), Uint8Array.of(0, 0, 0, 0)],
    });
    const bytes = Uint8Array.from(encodeInferResponse(message));
    expect(bytes).toEqual(ModelInferResponse.encode(message).finish());
    expect(decodeInferResponse(bytes)).toEqual(message);
  });

  it('gives views of raw contents, not copies', () => {
    const bytes = encodeInferRequest(
      ModelInferRequest.create({ rawInputContents: [new Uint8Array(200_000)] }),
    );
    const [content] = decodeInferRequest(bytes).rawInputContents;
    expect(content?.byteLength).toBe(200_000);
    expect(content?.buffer).toBe(bytes.buffer);
    expect(content?.slice().buffer.byteLength).toBe(200_000);
  });

  it('skips what it does not know', () => {
    // Fields 100 and above, of every wire type, and a group.
    const unknown =
      'a00601' + 'a1060000000000000000' + 'a206020102' + 'a306a006' + '01' + 'a406' + 'a50600000000';
    const bytes = Buffer.from(`0a0161${unknown}`, 'hex');
    expect(decodeInferRequest(bytes)).toEqual(ModelInferRequest.create({ modelName: 'a' }));
  });

  it('throws or reads, whatever comes', () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.nat(255), (message, at, byte) => {
        const bytes = Uint8Array.from(encodeInferRequest(message));
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        let read: ModelInferRequest;
        try {
          read = decodeInferRequest(bytes);
        } catch {
          return;
        }
        expect(decodeInferRequest(encodeInferRequest(read))).toEqual(read);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['wrong UTF-8', '0a02c328'],
    ['a tag of zero', '0a01610000'],
    ['a length beyond the end', '3a05aabb'],
    ['a length of almost 4 GiB', '3affffffff0f'],
    ['a cut varint', '0a'],
    ['a varint without an end', '0affffffffffffffffffff01'],
    ['a tag of zero in an input', '2a020000'],
    ['an input whose name is longer than itself', '2a020a054142434445'],
    ['a shape that ends within a number', '2a031a0180'],
    ['half a float in contents', '2a052a033201000000'],
    [
      'a parameter that would become a prototype',
      `220f0a09${Buffer.from('__proto__').toString('hex')}12022801`,
    ],
    ['a parameter without its value', '22050a03666f6f'],
    ['a parameter with two values', '220a0a0161120210051201'.concat('00')],
    ['an input with two contents', '2a082a0209012a020902'],
    ['a group that is not closed', '0b'],
    ['a group that another one closes', '0b14'],
    ['the end of a group that was not begun', '0c'],
    ['wire type 7', '0f'],
    ['groups inside of each other without end', '0b'.repeat(200) + '0c'.repeat(200)],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeInferRequest(Buffer.from(hex, 'hex'))).toThrow();
  });
});
