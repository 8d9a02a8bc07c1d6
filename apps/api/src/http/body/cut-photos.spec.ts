import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPhotos, putBack } from './cut-photos.js';
import { parseJson } from './parse-json.js';

const photo = Buffer.alloc(40_000, 'a face, perhaps').toString('base64');
const padded = Buffer.alloc(40_001, 'a face, perhaps').toString('base64');
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const decoded = (text: string) => Buffer.from(text, 'base64');

describe('cutPhotos', () => {
  it('takes photos out and puts their bytes back', () => {
    const body = { images: [{ id: 'a"\\', data: photo }, { data: padded }], max_faces: 2 };
    const cut = cutPhotos(bytesOf(body));
    expect(cut?.rest.length).toBeLessThan(300);
    expect(putBack(JSON.parse(cut?.rest.toString() ?? ''), cut?.photos ?? new Map())).toEqual({
      images: [{ id: 'a"\\', data: decoded(photo) }, { data: decoded(padded) }],
      max_faces: 2,
    });
  });

  it.each([
    ['small bodies', 'QUJD'],
    ['escapes', `${photo}\n`],
    ['other alphabets', `${photo}-_-_`],
    ['characters of more bytes', `${photo}éé`],
    ['padding in the middle', `${padded}${photo}`],
    ['lengths that are none of base64', photo.slice(1)],
    ['data URIs', `data:image/jpeg;base64,${photo}`],
  ])('leaves %s to those behind it', (_name, data) => {
    expect(cutPhotos(bytesOf({ data }))).toBeUndefined();
  });

  it.each([
    ['an id', { id: photo, data: 'QUJD' }],
    ['a list', { data: [photo] }],
    ['a field of nearly the same name', { '"data': photo, data2: photo }],
    ['what follows the name without being its value', ['data', photo]],
  ])('leaves %s a string, however much it looks like a photo', (_name, body) => {
    expect(cutPhotos(bytesOf(body))).toBeUndefined();
  });

  it('finds the field whatever blanks are around its colon', () => {
    const body = Buffer.from(`{"data"\n :\t"${photo}"}`);
    expect(parseJson(body, 'images')).toEqual({ data: decoded(photo) });
  });

  it('gives up on a text of very many strings', () => {
    expect(cutPhotos(bytesOf([{ data: photo }, ...new Array<string>(5000).fill('a')]))).toBeUndefined();
  });
});

describe('parseJson with photos', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(photo, padded, `${photo}"`, `\\${photo}`, `${photo}\\`, `ü${photo}`, ''),
  );

  /** What it has to be: a photo in a field `data` as its bytes, anything else as JSON.parse gives it. */
  function expected(value: unknown, name?: string): unknown {
    if (name === 'data' && (value === photo || value === padded)) return decoded(value);
    if (Array.isArray(value)) return value.map((item) => expected(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, expected(field, key)]));
  }

  it('reads whatever JSON.parse reads', () => {
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
      object: fc.dictionary(fc.oneof(fc.constant('data'), text), tie('any'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    })).any;
    fc.assert(
      // Not compared with expect: a difference would be shown in megabytes.
      fc.property(value, (sent) =>
        isDeepStrictEqual(parseJson(bytesOf(sent), 'images'), expected(JSON.parse(JSON.stringify(sent)))),
      ),
      { numRuns: 300 },
    );
  });

  it('leaves long strings where no photo is expected', () => {
    expect(parseJson(bytesOf({ embedding: photo }), 'json')).toEqual({ embedding: photo });
  });

  it.each([
    `{"images":[{"data":"${photo}"}`,
    `{"data":"${photo}`,
    `{"data":"${photo}"} x`,
    `{\\"data":"${photo}"}`,
  ])('refuses a broken text around a photo (%#)', (broken) => {
    expect(() => parseJson(Buffer.from(broken), 'images')).toThrow(
      expect.objectContaining({ code: 'malformed_body' }) as Error,
    );
  });
});
