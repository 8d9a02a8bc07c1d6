import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComparisonMatrix, type Portrait } from './comparison-matrix.ts';
import { operatingPoints, ThresholdErrors } from './operating-points.ts';

const never = new AbortController().signal;

/** A photo whose embedding lies at an angle, in degrees: cosines are those of differences of angles. */
const portrait = (identity: string, angle: number, path = `${identity} ${angle}`): Portrait => ({
  path,
  identity,
  embedding: Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
});
const matrixOf = (probes: readonly Portrait[], references = probes) =>
  ComparisonMatrix.of(probes, references, never);

const portraits = fc
  .array(
    fc.record({ identity: fc.constantFrom('Ada', 'Bo', 'Cy'), angle: fc.integer({ min: 0, max: 179 }) }),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) => all.map(({ identity, angle }, index) => portrait(identity, angle, String(index))))
  // Of each kind of comparison there is one.
  .filter((all) => new Set(all.map(({ identity }) => identity)).size >= 2 && all.length > 3);

describe('comparisons', () => {
  it('are made once where probes and references are one list, and never of a photo with itself', async () => {
    const all = [portrait('Ada', 0), portrait('Ada', 10), portrait('Bo', 90)];
    expect((await matrixOf(all)).comparisons).toEqual({ same: 1, different: 2 });
    // A degraded photo against the clean ones: its own clean one is left out.
    expect((await matrixOf([portrait('Ada', 3, 'Ada 0')], all)).comparisons).toEqual({
      same: 1,
      different: 1,
    });
  });

  it('end when they are told to', async () => {
    await expect(
      ComparisonMatrix.of([portrait('Ada', 0)], [portrait('Bo', 1)], AbortSignal.abort(new Error('stopped'))),
    ).rejects.toThrow('stopped');
  });
});

describe('a threshold', () => {
  it('is the lowest with three digits that accepts no more than allowed', async () => {
    const probe = [portrait('Ada', 0)];
    const others = [60, 70, 80, 90].map((angle) => portrait(`at ${angle}`, angle));
    const matrix = await matrixOf(probe, others);
    // Cosines .5, .342, .174, 0: one of four, and none.
    expect(matrix.thresholdsAt([0.25, 0])).toEqual([0.343, 0.501]);
  });

  it('keeps to its rate', async () => {
    await fc.assert(
      fc.asyncProperty(portraits, fc.constantFrom(0, 0.1, 0.3, 0.5), async (all, rate) => {
        const matrix = await matrixOf(all);
        const [point] = new ThresholdErrors(matrix, matrix.thresholdsAt([rate])).at();
        expect(point?.falseMatch).toBeLessThanOrEqual(rate + 1e-12);
      }),
    );
  });
});

describe('error rates', () => {
  it('are shares of the comparisons of two persons and of one', async () => {
    const all = [portrait('Ada', 0), portrait('Ada', 30), portrait('Ada', 90), portrait('Bo', 60)];
    // Ada: .866, 0, .5; with Bo: .5, .866, .866.
    const points = operatingPoints(await matrixOf(all), [0.3, 0.6], 10);
    expect(points.map(({ threshold, falseMatches }) => [threshold, falseMatches])).toEqual([
      [0.3, 3],
      [0.6, 2],
    ]);
    expect(points.map(({ falseMatch }) => falseMatch.value)).toEqual([1, 2 / 3]);
    expect(points.map(({ falseNonMatch }) => falseNonMatch.value)).toEqual([1 / 3, 2 / 3]);
  });

  it('count a person who was drawn n times as n, but never as two persons', async () => {
    await fc.assert(
      fc.asyncProperty(
        portraits,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
        async (all, times) => {
          const matrix = await matrixOf(all);
          const persons = [...new Set(all.map(({ identity }) => identity))];
          const drawn = new ThresholdErrors(matrix, [0.2, 0.7]).at(
            Int32Array.from(times).slice(0, matrix.size),
          );
          const weightOf = ({ identity }: Portrait) => times[persons.indexOf(identity)] ?? 0;
          for (const [index, threshold] of [0.2, 0.7].entries()) {
            let [accepted, different, missed, same] = [0, 0, 0, 0];
            for (const [place, a] of all.entries()) {
              for (const b of all.slice(place + 1)) {
                const cosine = Math.fround(
                  a.embedding.reduce((sum, x, at) => sum + x * (b.embedding[at] ?? 0), 0),
                );
                const isAccepted = cosine >= threshold;
                if (a.identity === b.identity) {
                  same += weightOf(a);
                  missed += isAccepted ? 0 : weightOf(a);
                } else {
                  different += weightOf(a) * weightOf(b);
                  accepted += isAccepted ? weightOf(a) * weightOf(b) : 0;
                }
              }
            }
            expect(drawn[index]?.falseMatch).toBeCloseTo(accepted / different, 12);
            if (same > 0) expect(drawn[index]?.falseNonMatch).toBeCloseTo(missed / same, 12);
          }
        },
      ),
    );
  });

  it('lie within their intervals, which are wide for few persons', async () => {
    const all = Array.from({ length: 40 }, (_, person) => [
      portrait(`person ${person}`, person * 9),
      portrait(`person ${person}`, person * 9 + (person % 4 === 0 ? 30 : 3)),
    ]).flat();
    const [point] = operatingPoints(await matrixOf(all), [0.95], 400);
    // A quarter of the persons, of 40: a deviation of .068.
    expect(point?.falseNonMatch.value).toBeCloseTo(0.25, 12);
    expect(point?.falseNonMatch.low).toBeGreaterThan(0.08);
    expect(point?.falseNonMatch.low).toBeLessThan(0.2);
    expect(point?.falseNonMatch.high).toBeGreaterThan(0.3);
    expect(point?.falseMatch.low).toBeLessThan(point?.falseMatch.value ?? 0);
  });
});
