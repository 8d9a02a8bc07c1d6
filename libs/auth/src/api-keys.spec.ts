import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ApiKeys } from './api-keys.js';

/** As Node hands a header over whose bytes are UTF-8. */
const asHeader = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('API keys', () => {
  it('are not required when there is none', () => {
    expect(new ApiKeys([]).required).toBe(false);
    expect(new ApiKeys(['a']).required).toBe(true);
  });

  it.each(['a', 'b with blanks', 'schlüssel'])('accept %s', (key) => {
    expect(new ApiKeys(['a', 'b with blanks', 'schlüssel']).find(asHeader(key))).toBeDefined();
  });

  it.each(['', 'A', 'a ', 'ab', 'a, a'])('refuse "%s"', (key) => {
    expect(new ApiKeys(['a', 'b']).find(key)).toBeUndefined();
  });

  it('accept nothing when there is none', () => {
    expect(new ApiKeys([]).find('')).toBeUndefined();
  });

  it('are told apart by ids that stay the same when others come and go', () => {
    const keys = new ApiKeys(['a', 'b']);
    const [a, b] = [keys.find('a'), keys.find('b')];
    expect(a).not.toBe(b);
    keys.replace(['c', 'a']);
    expect(keys.find('a')).toBe(a);
    expect(keys.find('b')).toBeUndefined();
    expect(keys.find('c')).toBeDefined();
  });

  it('cannot be taken away altogether', () => {
    const keys = new ApiKeys(['a']);
    expect(() => keys.replace([])).toThrow();
    expect(keys.find('a')).toBeDefined();
  });

  it('are not shown by what prints them', () => {
    const keys = new ApiKeys(['secret-of-somebody']);
    expect(JSON.stringify(keys) + inspect(keys, { depth: 9, showHidden: true })).not.toContain('secret');
  });
});
