import { describe, expect, it } from 'vitest';
import { cell, parseCsv } from './csv.ts';

describe('CSV', () => {
  it('has cells with commas, quotes and nothing in them', () => {
    expect(parseCsv('path,note\r\na.jpg,"90 deg, ""no"" EXIF"\n,\nb c.jpg,plain\n')).toEqual([
      { path: 'a.jpg', note: '90 deg, "no" EXIF' },
      { path: '', note: '' },
      { path: 'b c.jpg', note: 'plain' },
    ]);
  });

  it('names a missing column', () => {
    expect(() => cell({ path: 'a' }, 'same')).toThrow('the column same is missing');
  });
});
