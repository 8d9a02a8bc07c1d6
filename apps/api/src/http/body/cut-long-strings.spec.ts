import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutLongStrings, putBack } from './cut-long-strings.js';
import { parseJson } from './parse-json.js';

const photo = 'QUJD'.repeat(10_000);
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('cutLongStrings', () => {
  it('takes photos out and puts them back', () => {
    const body = { images: [{ id: 'a"\\', data: photo }, { data: `${photo}==` }], max_faces: 2 };
    const cut = cutLongStrings(bytesOf(body));
    expect(cut?.rest.length).toBeLessThan(300);
    expect(putBack(JSON.parse(cut?.rest.toString() ?? ''), cut?.strings ?? new Map())).toEqual(body);
  });

  it('leaves small bodies, escapes and other alphabets to the parser', () => {
    expect(cutLongStrings(bytesOf({ data: 'short' }))).toBeUndefined();
    expect(cutLongStrings(bytesOf({ data: `${photo}\n` }))).toBeUndefined();
    expect(cutLongStrings(bytesOf({ data: `${photo}é` }))).toBeUndefined();
  });

  it('gives up on a text of very many strings', () => {
    expect(cutLongStrings(bytesOf([photo, ...new Array<string>(5000).fill('a')]))).toBeUndefined();
  });
});

describe('parseJson', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(photo, `${photo}"`, `\\${photo}`, `${photo}\\`, `ü${photo}`, ''),
  );

  it('reads whatever JSON.parse reads, the same', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('any'), { maxLength: 4 }),
      object: fc.dictionary(text, tie('any'), { maxKeys: 4 }),
    })).any;
    fc.assert(
      fc.property(value, (sent) => {
        const bytes = bytesOf(sent);
        // Not shown when it fails: it would be megabytes.
        return isDeepStrictEqual(parseJson(bytes), JSON.parse(bytes.toString()));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    `{"images":[{"data":"${photo}"}`,
    `{"data":"${photo}`,
    `{"data":"${photo}"} x`,
    `{\\"data":"${photo}"}`,
  ])('refuses a broken text around a photo (%#)', (broken) => {
    expect(() => parseJson(Buffer.from(broken))).toThrow(
      expect.objectContaining({ code: 'malformed_body' }) as Error,
    );
  });
});
