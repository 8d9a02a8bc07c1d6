import { describe, expect, it } from 'vitest';
import { parseModelVersion } from './model-version.js';

describe('parseModelVersion', () => {
  it('takes an empty text for the latest version', () => {
    expect(parseModelVersion('')).toBeNull();
  });

  it.each(['1', '01', ' 1', '\t1', '+1', '1 ', '1.0', '1abc'])('reads %j as 1, as stol does', (text) => {
    expect(parseModelVersion(text)).toBe(1n);
  });

  it.each(['abc', ' ', '+', '- 1', 'v1', '9223372036854775808'])('finds no version in %j', (text) => {
    expect(() => parseModelVersion(text)).toThrow(
      `failed to get model version from specified version string '${text}' (details: stol), version should be an integral value > 0`,
    );
  });

  it('refuses a negative version', () => {
    expect(() => parseModelVersion('-1')).toThrow(
      "invalid model version specified '-1' , version should be an integral value > 0",
    );
  });
});
