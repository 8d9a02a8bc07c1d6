import { describe, expect, it } from 'vitest';
import { readPairList } from './pair-list.ts';

describe('a list of pairs', () => {
  it('is read as pairs', () => {
    const { photos, pairs } = readPairList('path_a,path_b,same\na.jpg,b.jpg,1\na.jpg,c.jpg,0\n');
    expect(photos).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    expect([...pairs()]).toEqual([
      { a: 0, b: 1, same: true },
      { a: 0, b: 2, same: false },
    ]);
  });

  it('is made of every two photos of named persons', () => {
    const { pairs } = readPairList('path,identity\na.jpg,Ada\nb.jpg,Bo\nc.jpg,Ada\n');
    expect([...pairs()].map(({ a, b, same }) => [a, b, same])).toEqual([
      [0, 1, false],
      [0, 2, true],
      [1, 2, false],
    ]);
  });

  it('names the column that is missing', () => {
    expect(() => readPairList('path_a,path_b\na,b\n')).toThrow('the column same is missing');
  });
});
