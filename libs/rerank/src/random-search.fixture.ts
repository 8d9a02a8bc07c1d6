import fc from 'fast-check';
import type { ReferenceSearch } from './rerank-reference.fixture.js';

/** A search with its dimension. */
export interface RandomSearch extends ReferenceSearch {
  readonly dimension: number;
}

/** Random numbers of a normal distribution that depend on the seed alone. */
function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Searches whose candidates form groups of one person, as tight as photos are: strangers alone would never vote. The
 * query is another photo of the first candidate's person.
 */
export const randomSearch: fc.Arbitrary<RandomSearch> = fc
  .record({
    seed: fc.nat(),
    dimension: fc.constantFrom(2, 3, 16, 33, 64),
    count: fc.integer({ min: 1, max: 40 }),
    persons: fc.integer({ min: 1, max: 20 }),
    noise: fc.constantFrom(0.1, 0.6, 0.9, 1.2),
    threshold: fc.double({ min: 0, max: 1, noNaN: true }),
    alpha: fc.double({ min: 5, max: 60, noNaN: true }),
    tau: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
    gallerySize: fc.constantFrom(1, 1000, 5_000_000),
    subjectKinds: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ seed, dimension, count, persons, noise, threshold, alpha, tau, gallerySize, subjectKinds }) => {
    const normal = normalNumbers(seed);
    const direction = () => Array.from({ length: dimension }, normal);
    const photo = (person: readonly number[]) => person.map((value) => value + noise * normal());
    const people = Array.from({ length: persons }, direction);
    const candidates = Array.from({ length: count }, (_, index) => photo(people[index % persons] ?? []));
    const subjects = candidates.map((_, index) =>
      subjectKinds === 0 || index % 3 === 0 ? null : `person ${index % subjectKinds}`,
    );
    const calibration = { alpha, tau, galleryReference: 1000, voting: true };
    return {
      dimension,
      query: photo(people[0] ?? []),
      candidates,
      threshold,
      calibration,
      gallerySize,
      subjects,
    };
  });
