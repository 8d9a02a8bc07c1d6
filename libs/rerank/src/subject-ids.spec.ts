import { describe, expect, it } from 'vitest';
import { subjectIds } from './subject-ids.js';

describe('subjectIds', () => {
  it('gives equal names equal ids, and -1 to the unknown', () => {
    expect(subjectIds(['b', null, 'a', 'b', ''])).toEqual(Int32Array.of(0, -1, 1, 0, 2));
  });

  it('is null when nobody is known', () => {
    expect(subjectIds(undefined)).toBeNull();
    expect(subjectIds([null, null])).toBeNull();
  });
});
