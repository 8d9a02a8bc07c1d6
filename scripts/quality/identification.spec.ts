import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  differences,
  IdentificationSample,
  outcomeOf,
  type SearchOutcome,
} from './identification.ts';

const ranked = (...right: readonly boolean[]) =>
  right.map((each, index) => ({ score: 1 - index / 10, right: each }));

const known = (person: string, topScore: number, rightFirst: boolean): SearchOutcome => ({
  person,
  enrolled: 1,
  rightFirst,
  averagePrecision: rightFirst ? 1 : 0.5,
  topScore,
});
const unknown = (person: string, topScore: number): SearchOutcome => ({
  person,
  enrolled: 0,
  rightFirst: false,
  averagePrecision: 0,
  topScore,
});

describe('the outcome of a search', () => {
  it('has the average precision of the textbook', () => {
    expect(averagePrecision(ranked(true, false, true), 2)).toBeCloseTo((1 + 2 / 3) / 2);
    expect(averagePrecision(ranked(true, false, true), 4)).toBeCloseTo((1 + 2 / 3) / 4);
    expect(averagePrecision(ranked(false, false), 0)).toBe(0);
  });

  it('is about the first candidate', () => {
    expect(outcomeOf('Ada', 2, ranked(false, true))).toEqual({
      person: 'Ada',
      enrolled: 2,
      rightFirst: false,
      averagePrecision: 0.25,
      topScore: 1,
    });
  });

  it('is a miss without candidates', () => {
    expect(outcomeOf('Ada', 1, [])).toMatchObject({
      rightFirst: false,
      averagePrecision: 0,
      topScore: -Infinity,
    });
  });
});

describe('identification', () => {
  const strangers = Array.from({ length: 100 }, (_, index) => unknown(`stranger ${index}`, index / 100));

  it('accepts as few unknown persons as asked', () => {
    const sample = new IdentificationSample([
      ...strangers,
      known('Ada', 0.985, true),
      known('Bo', 0.5, true),
      known('Cy', 0.999, false),
      known('Di', 0.999, true),
    ]);
    // One of a hundred may pass: the threshold is the second best unknown, .98.
    expect(sample.figures()).toEqual({
      rankOne: 0.75,
      meanAveragePrecision: (1 + 1 + 0.5 + 1) / 4,
      tpirAtFpir1: 0.5,
    });
    expect(sample.searches).toEqual({ known: 4, unknown: 100 });
  });

  it('draws a person with all searches, also those in which nobody of that name was enrolled', () => {
    const sample = new IdentificationSample([known('Ada', 0.9, true), unknown('Ada', 0.3), ...strangers]);
    expect(sample.strata).toEqual([1, 100]);
  });

  const outcomes = fc
    .array(
      fc.record({
        person: fc.constantFrom('Ada', 'Bo', 'Cy', 'Di'),
        enrolled: fc.constantFrom(0, 1),
        rightFirst: fc.boolean(),
        averagePrecision: fc.double({ min: 0, max: 1, noNaN: true }),
        topScore: fc.constantFrom(0.1, 0.2, 0.5, 0.7, 0.9),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .filter((all) => all.some(({ enrolled }) => enrolled > 0));

  it('counts a person who was drawn n times as n persons', () => {
    fc.assert(
      fc.property(
        outcomes,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (all, first, second) => {
          const sample = new IdentificationSample(all);
          const times = [first, second];
          const draws = sample.strata.map((size, stratum) => new Int32Array(size).fill(times[stratum] ?? 0));
          const enrolled = new Set(all.filter((each) => each.enrolled > 0).map(({ person }) => person));
          const repeated = all.flatMap((outcome) =>
            Array.from({ length: enrolled.has(outcome.person) ? first : second }, () => outcome),
          );
          const drawn = sample.figures(draws);
          const expected = new IdentificationSample(repeated).figures();
          expect(drawn.rankOne).toBeCloseTo(expected.rankOne, 12);
          expect(drawn.meanAveragePrecision).toBeCloseTo(expected.meanAveragePrecision, 12);
          expect(drawn.tpirAtFpir1).toBeCloseTo(expected.tpirAtFpir1, 12);
        },
      ),
    );
  });

  it('has a threshold for a share of unknown persons, and says what it lets through', () => {
    const sample = new IdentificationSample([
      ...strangers,
      known('Ada', 0.985, true),
      known('Bo', 0.5, true),
      known('Cy', 0.999, false),
      known('Di', 0.9, true),
    ]);
    // The second best unknown, .98, must stay out.
    expect(sample.thresholdAt(0.01)).toBe(0.9801);
    expect(sample.acceptance(0.9801)).toEqual({ falsePositive: 0.01, truePositive: 0.25 });
    // What has the threshold itself is accepted, as the API says.
    expect(sample.acceptance(0.9)).toEqual({ falsePositive: 0.1, truePositive: 0.5 });
  });

  it('does not depend on the order of the searches', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const there = new IdentificationSample(all).figures();
        const back = new IdentificationSample(all.toReversed()).figures();
        expect(back.rankOne).toBe(there.rankOne);
        expect(back.tpirAtFpir1).toBe(there.tpirAtFpir1);
        expect(back.meanAveragePrecision).toBeCloseTo(there.meanAveragePrecision, 12);
      }),
    );
  });

  it('has the interval around a difference, and none where nothing differs', () => {
    const names = Array.from({ length: 50 }, (_, index) => `person ${index}`);
    const worse = new IdentificationSample([
      ...strangers,
      ...names.map((person, index) => known(person, 0.99, index % 2 === 0)),
    ]);
    const better = new IdentificationSample([
      ...strangers,
      ...names.map((person) => known(person, 0.99, true)),
    ]);
    const { rankOne, tpirAtFpir1 } = differences(better, worse);
    expect(rankOne.value).toBeCloseTo(0.5);
    // Half of 50 persons: a deviation of .071.
    expect(rankOne.low).toBeGreaterThan(0.3);
    expect(rankOne.low).toBeLessThan(0.45);
    expect(rankOne.high).toBeLessThan(0.7);
    expect(tpirAtFpir1.value).toBeCloseTo(0.5);
    expect(differences(better, better).rankOne).toEqual({ value: 0, low: 0, high: 0 });
  });
});
