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
    expect(new ApiKeys(['a', 'b with blanks', 'schlüssel']).accepts(asHeader(key))).toBe(true);
  });

  it.each(['', 'A', 'a ', 'ab', 'a, a'])('refuse "%s"', (key) => {
    expect(new ApiKeys(['a', 'b']).accepts(key)).toBe(false);
  });

  it('accept nothing when there is none', () => {
    expect(new ApiKeys([]).accepts('')).toBe(false);
  });
});
