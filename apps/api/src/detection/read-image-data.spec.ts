import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImageData } from './read-image-data.js';

const maxBytes = 1000;
const read = (data: string | Uint8Array) => Buffer.from(readImageData(data, maxBytes));

describe('readImageData', () => {
  it('decodes base64 and data URIs, with or without line breaks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        const wrapped = base64.replace(/.{1,76}/g, '$&\r\n');
        for (const data of [
          base64,
          wrapped,
          `data:image/jpeg;base64,${base64}`,
          `DATA:;BASE64,${base64}`,
          `data:image/svg+xml;charset=utf-8;base64,${wrapped}`,
        ]) {
          expect(read(data)).toEqual(Buffer.from(bytes));
        }
      }),
    );
  });

  it('refuses a string with any foreign character, like the strict decoder that it stands for', () => {
    const strict = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
    const text = fc.string({ unit: fc.constantFrom(...'AZaz09+/=-_.!é€\u0000'), maxLength: 12 });
    fc.assert(
      fc.property(text, (data) => {
        if (strict.test(data)) expect(read(data)).toEqual(Buffer.from(data, 'base64'));
        else expect(() => read(data)).toThrow('not base64');
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    'not base64!!',
    'QUJ',
    'QUJDRA',
    'QQ==QQ==',
    '=',
    'Q===',
    'data:image/png,QUJD',
    'data:image/png;base64',
    'data:',
    'file:///etc/passwd',
    'https://example.org/a.jpg',
  ])('refuses %s', (data) => {
    expect(() => read(data)).toThrow(expect.objectContaining({ code: 'invalid_base64' }) as Error);
  });

  it('passes bytes on without copying them', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(readImageData(bytes, maxBytes)).toBe(bytes);
  });

  it('refuses more bytes than allowed', () => {
    expect(() => read(new Uint8Array(maxBytes + 1))).toThrow('1001 bytes, allowed are 1000');
    const base64 = Buffer.alloc(maxBytes + 1).toString('base64');
    expect(() => read(base64)).toThrow(expect.objectContaining({ code: 'payload_too_large' }) as Error);
    expect(read(Buffer.alloc(maxBytes).toString('base64'))).toHaveLength(maxBytes);
  });
});
