import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateLists, candidatesPerSearch, nearest } from './candidate-search.ts';

/** At an angle of so many degrees from the query. */
const entry = (identity: string, degrees: number) => {
  const angle = (degrees / 180) * Math.PI;
  return { identity, embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
};
const query = Float32Array.of(1, 0);

describe('the vector search', () => {
  it('gives the nearest entries, best first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 180 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        (angles, count) => {
          const found = nearest(
            query,
            angles.map((angle) => entry(String(angle), angle)),
            count,
          );
          const expected = angles.toSorted((a, b) => a - b).slice(0, count);
          expect(found.map(({ identity }) => Number(identity))).toEqual(expected);
        },
      ),
    );
  });

  it('searches with the person and without', () => {
    const own = [entry('Ada', 10), entry('Ada', 30)];
    const others = [entry('Bo', 20), entry('Cy', 40)];
    const [enrolled, unknown] = candidateLists({ person: 'Ada', query, own, others });
    expect(enrolled?.enrolled).toBe(2);
    expect(enrolled?.candidates.map(({ identity }) => identity)).toEqual(['Ada', 'Bo', 'Ada', 'Cy']);
    expect(unknown?.enrolled).toBe(0);
    expect(unknown?.candidates.map(({ identity }) => identity)).toEqual(['Bo', 'Cy']);
  });

  it('fills both lists, however many entries are of the person', () => {
    const own = Array.from({ length: 5 }, (_, index) => entry('Ada', index));
    const others = Array.from({ length: 150 }, (_, index) => entry('Bo', 10 + index));
    const lists = candidateLists({ person: 'Ada', query, own, others });
    expect(lists.map(({ candidates }) => candidates.length)).toEqual([
      candidatesPerSearch,
      candidatesPerSearch,
    ]);
  });

  it('searches a person who is not enrolled once', () => {
    const lists = candidateLists({ person: 'Ada', query, own: [], others: [entry('Bo', 20)] });
    expect(lists.map(({ enrolled }) => enrolled)).toEqual([0]);
  });
});
