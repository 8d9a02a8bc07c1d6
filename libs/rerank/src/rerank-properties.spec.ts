import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { FaceReranker } from './face-reranker.js';
import { randomSearch, type RandomSearch } from './random-search.fixture.js';
import { calibratedCosine, referenceScores } from './rerank-reference.fixture.js';
import type { RerankScores } from './rerank-request.js';

const reranker = new FaceReranker({
  rerankLibraryPath: builtLibrary('rerank_compute'),
  mergeLibraryPath: builtLibrary('merge_embeddings'),
});

/** What the single precision of many votes may change; see native-libs/include/rerank_compute.h. */
const voteError = 1e-6;

/** One without a size of the gallery is scored as if it had the calibration's. */
type ScoredSearch = Omit<RandomSearch, 'gallerySize'> & Partial<RandomSearch>;

type FloatArray = Float32ArrayConstructor | Float64ArrayConstructor;

function score(search: ScoredSearch, type: FloatArray = Float64Array): Promise<RerankScores> {
  return reranker.score({
    ...search,
    query: type.from(search.query),
    candidates: type.from(search.candidates.flat()),
  });
}

/** Checks a property of the scores on random searches. */
function holds(
  property: (search: RandomSearch, result: RerankScores) => Promise<void> | void,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(randomSearch, async (search) => {
      await property(search, await score(search));
    }),
    { numRuns: 60 },
  );
}

function expectNear(got: Iterable<number>, wanted: readonly number[], tolerance: number): void {
  for (const [index, value] of [...got].entries()) {
    expect(Math.abs(value - (wanted[index] ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
  }
}

const alone = (search: RandomSearch): RandomSearch => ({
  ...search,
  subjects: search.subjects.map(() => null),
});

describe('scores of librerank_compute', () => {
  it('equal the float64 reference', () =>
    holds((search, { scores }) => expectNear(scores, referenceScores(search), voteError)));

  it('are the same from float32 within 1e-5', () =>
    holds(async (search, { scores }) => {
      expectNear((await score(search, Float32Array)).scores, [...scores], 1e-5);
    }));

  it('lie in [0, 1], cosines in [-1, 1]', () =>
    holds((_search, { scores, cosines }) => {
      expect(scores.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(cosines.every((value) => value >= -1 && value <= 1)).toBe(true);
    }));

  it('move with their candidates', () =>
    holds(async (search, { scores }) => {
      const turned = await score({
        ...search,
        candidates: search.candidates.toReversed(),
        subjects: search.subjects.toReversed(),
      });
      expectNear(turned.scores.reverse(), [...scores], voteError);
    }));

  it('do not depend on the length of any embedding', () =>
    holds(async (search, { scores }) => {
      const factors = [1e-300, 1e-7, 3, 1e200];
      const stretched = search.candidates.map((row, index) =>
        row.map((value) => value * (factors[index % factors.length] ?? 1)),
      );
      const query = search.query.map((value) => value * 1e-200);
      expectNear((await score({ ...search, query, candidates: stretched })).scores, [...scores], voteError);
    }));

  it('are exactly 1 for an identical embedding', () =>
    holds(async (search) => {
      const candidates = [...search.candidates, search.query.map((value) => value * 0.3)];
      const { scores } = await score({ ...search, candidates, subjects: [...search.subjects, null] });
      expect(scores.at(-1)).toBe(1);
    }));

  it('are never below the calibrated cosine of the candidate', () =>
    holds(async (search) => {
      const { scores, cosines } = await score({ ...search, gallerySize: 1000 });
      for (const [index, cosine] of cosines.entries()) {
        const own = calibratedCosine(cosine, search.calibration);
        expect(scores[index]).toBeGreaterThanOrEqual(own - 1e-15);
      }
    }));

  it('are the calibrated cosine for a single candidate, and without voting', () =>
    holds(async (search) => {
      const calibration = { ...search.calibration, voting: false };
      const silent = await score({ ...search, gallerySize: 1000, calibration });
      expectNear(
        silent.scores,
        [...silent.cosines].map((cosine) => calibratedCosine(cosine, calibration)),
        1e-12,
      );
      const single = await score({
        ...search,
        gallerySize: 1000,
        candidates: search.candidates.slice(0, 1),
        subjects: [null],
      });
      expectNear(single.scores, [calibratedCosine(single.cosines[0] ?? 0, calibration)], 1e-12);
    }));

  it('grow strictly with the cosine of a single candidate', async () => {
    const calibration = { alpha: 30, tau: 0.42, galleryReference: 1000, voting: true };
    let last = -1;
    for (let cosine = -1; cosine < 1; cosine += 1 / 64) {
      const { scores } = await reranker.score({
        query: Float64Array.of(1, 0),
        candidates: Float64Array.of(cosine, Math.sqrt(1 - cosine * cosine)),
        dimension: 2,
        threshold: 0.5,
        calibration,
      });
      expect(scores[0]).toBeGreaterThan(last);
      last = scores[0] ?? 1;
    }
  });

  it('do not change with a candidate that is unrelated to all others', () =>
    holds(async (search) => {
      // One more dimension that only the newcomer uses.
      const wide = {
        ...alone(search),
        dimension: search.dimension + 1,
        query: [...search.query, 0],
        candidates: search.candidates.map((row) => [...row, 0]),
      };
      const newcomer = [...search.query.map(() => 0), 1];
      const before = await score(wide);
      const after = await score({
        ...wide,
        candidates: [newcomer, ...wide.candidates],
        subjects: [null, ...wide.subjects],
      });
      expectNear(after.scores.slice(1), [...before.scores], voteError);
    }));

  it('do not change with a duplicate of a candidate without siblings', () =>
    holds(async (search) => {
      const lonely = { ...alone(search), candidates: search.candidates.slice(0, 1), subjects: [null] };
      const before = await score(lonely);
      const after = await score({
        ...lonely,
        candidates: [...lonely.candidates, ...lonely.candidates],
        subjects: [null, null],
      });
      expectNear(after.scores, [before.scores[0] ?? 0, before.scores[0] ?? 0], 1e-11);
    }));

  it('are 0 for a candidate without direction, which changes nobody', () =>
    holds(async (search, { scores }) => {
      const [first = [], ...rest] = search.candidates;
      const bad = [
        first.map(() => 0),
        first.map(() => Number.NaN),
        first.map((v, i) => (i === 1 ? Infinity : v)),
      ];
      const subjects = [...bad.map(() => null), ...search.subjects];
      const result = await score({ ...search, candidates: [...bad, first, ...rest], subjects });
      expect([...result.scores.subarray(0, 3), ...result.cosines.subarray(0, 3)]).toEqual(Array(6).fill(0));
      expect(result.scores.slice(3)).toEqual(scores);
    }));

  it('are bit-identical in two runs, and in many at a time', () =>
    holds(async (search, result) => {
      expect(await Promise.all([score(search), score(search), score(search)])).toEqual([
        result,
        result,
        result,
      ]);
    }));

  // Known photos of one person that nearly cancel out have a short template, whose direction takes more of an error.
  it.each([
    ['replace', 1e-5],
    ['cosine', 1e-12],
  ] as const)('equal the reference in the mode %s', (mode, tolerance) =>
    holds(async (search) => {
      const { scores } = await score({ ...search, mode });
      expectNear(scores, referenceScores({ ...search, mode }), tolerance);
    }),
  );

  it('do not tell a threshold below .5 from .5, nor one above .95 from .95', () =>
    holds(async (search) => {
      const at = async (threshold: number) => (await score({ ...search, threshold })).scores;
      expect(await at(0.3)).toEqual(await at(0.5));
      expect(await at(0)).toEqual(await at(0.5));
      expect(await at(1)).toEqual(await at(0.95));
    }));

  it('shift with the size of the gallery, and not at all without one', () =>
    holds(async (search) => {
      const { galleryReference } = search.calibration;
      const same = await score({ ...search, gallerySize: galleryReference });
      const { gallerySize, ...without } = search;
      expect(gallerySize).toBeGreaterThan(0);
      expect(await score(without)).toEqual(same);
      const larger = await score({ ...search, gallerySize: galleryReference * 50 });
      const logit = (p: number) => Math.log(p / (1 - p));
      for (const [index, before] of same.scores.entries()) {
        const after = larger.scores[index] ?? Number.NaN;
        // Where the logit can still be read from the score.
        if (before < 0.99 && after > 1e-9) expect(logit(before) - logit(after)).toBeCloseTo(Math.log(50), 5);
      }
    }));

  it('are the calibrated cosines when every candidate is known to be somebody else', () =>
    holds(async (search) => {
      const subjects = search.candidates.map((_, index) => `person ${index}`);
      const { scores, cosines } = await score({ ...search, subjects, gallerySize: 1000 });
      const own = [...cosines].map((cosine) => calibratedCosine(cosine, search.calibration));
      expectNear(scores, own, 1e-12);
    }));

  it('are refused for a query without direction', () =>
    holds(async (search) => {
      const zero = { ...search, query: search.query.map(() => 0) };
      await expect(score(zero)).rejects.toMatchObject({ code: 'zero_embedding' });
      for (const value of [Number.NaN, Infinity, -Infinity]) {
        const broken = { ...search, query: [...search.query.slice(1), value] };
        await expect(score(broken)).rejects.toMatchObject({ code: 'non_finite_number' });
      }
    }));
});
