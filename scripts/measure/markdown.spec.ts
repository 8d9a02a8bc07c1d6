import { describe, expect, it } from 'vitest';
import { table } from './markdown.ts';

describe('a table', () => {
  it('aligns figures to the right and text to the left', () => {
    const rows = [
      ['A1', '12.5', 'api 3'],
      ['A16', '-', ''],
    ];
    expect(table(['scenario', 'ms', 'CPU'], rows)).toBe(
      [
        '| scenario |   ms | CPU   |',
        '| -------- | ---: | ----- |',
        '| A1       | 12.5 | api 3 |',
        '| A16      |    - |       |',
      ].join('\n'),
    );
  });
});
