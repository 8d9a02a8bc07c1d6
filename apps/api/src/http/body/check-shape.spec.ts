import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkShape } from './check-shape.js';
import { parseJson } from './parse-json.js';

const photo = Buffer.alloc(300_000, 'a face, perhaps').toString('base64');
const refused = expect.objectContaining({ code: 'malformed_body' }) as Error;

describe('the shape of a body', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['photos', { images: Array.from({ length: 8 }, (_, index) => ({ id: `${index}`, data: photo })) }],
    ['what is inside of strings', { images: [{ data: '[{,'.repeat(100_000) }] }],
    ['escaped quotes', { images: [{ data: '"[\\"['.repeat(100_000) }] }],
    ['32 levels', JSON.parse(`${'['.repeat(32)}"${photo}"${']'.repeat(32)}`) as unknown],
    ['many lists one after the other', Array.from({ length: 30_000 }, () => [])],
  ])('may be of %s', (_name, body) => {
    expect(() => checkShape(Buffer.from(JSON.stringify(body)))).not.toThrow();
  });

  it.each([
    ['brackets', '['.repeat(2_000_000)],
    ['braces', '{"a":'.repeat(200_000)],
    ['empty lists', `[${'[],'.repeat(1_000_000)}[]]`],
    ['numbers', `[${'1,'.repeat(1_000_000)}1]`],
    ['fields', `{${'"a":1,'.repeat(200_000)}"a":1}`],
    ['brackets behind a photo', `{"images":[{"data":"${photo}"}],"x":${'['.repeat(2_000_000)}`],
  ])('is refused when it is of nothing but %s, before it is parsed', (_name, text) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => parseJson(Buffer.from(text), 'images')).toThrow(refused);
    // It would take some hundred milliseconds to seconds.
    expect(parse).not.toHaveBeenCalled();
  });

  it('counts lists alone where there may be many other values', () => {
    const candidates = Array.from({ length: 100_000 }, (_, index) => ({
      id: `[${index}`,
      embedding: 'mark',
    }));
    const text = Buffer.from(JSON.stringify({ candidates }));
    expect(() => checkShape(text, 'lists')).not.toThrow();
    expect(() => checkShape(text)).toThrow(refused);
    expect(() => checkShape(Buffer.from(`[${'[],'.repeat(1_000_000)}[]]`), 'lists')).toThrow(refused);
    expect(() => checkShape(Buffer.from('{"a":'.repeat(200_000)), 'lists')).toThrow(refused);
  });

  it('leaves what is no JSON to the parser', () => {
    for (const text of [`"${photo}`, `${photo}`, `}]${' '.repeat(100_000)}`]) {
      expect(() => checkShape(Buffer.from(text))).not.toThrow();
    }
  });
});
