import { join } from 'node:path';
import { table } from '../measure/markdown.ts';
import { ComparisonMatrix, type Portrait } from './comparison-matrix.ts';
import { blurSigma, shrunkWidth } from './degradation.ts';
import { mostPhotos, type Photo, readIdentificationPhotos } from './identification-protocol.ts';
import { type Measurement, type MeasurementInput, rate } from './measurement.ts';
import { operatingPoints } from './operating-points.ts';
import type { PortraitStore } from './portrait-store.ts';

/** False match rates for which thresholds are sought, and scores of /rerank whose cosines are thresholds too. */
const wantedRates = [0.01, 0.001, 0.0001, 0.00001];
const wantedScores = [0.5, 0.9];

/** Thresholds of one-to-one comparisons with their error rates, on all pairs of LFW and with bad probes. */
export async function measureOperatingPoints({
  client,
  data,
  lfw,
  stop,
}: MeasurementInput): Promise<Measurement> {
  const { known, distractors, unknown } = readIdentificationPhotos(join(data, 'lfw'));
  const persons = [...known.values(), ...[...distractors, ...unknown].map((photo) => [photo])];
  const [all, probes] = [persons.flat(), persons.flatMap((photos) => photos.slice(0, mostPhotos))];
  const { calibration } = await client.model();

  const clean = await portraitsOf(all, lfw.clean, stop);
  const matrix = await ComparisonMatrix.of(clean, clean, stop);
  const { alpha, tau } = calibration;
  const cosineOf = (score: number) => Math.round(1000 * (tau + Math.log(score / (1 - score)) / alpha)) / 1000;
  const named = new Map([
    ...matrix.thresholdsAt(wantedRates).map((each, index) => [each, `FMR ${wantedRates[index]}`] as const),
    ...wantedScores.map((score) => [cosineOf(score), `score ${score}`] as const),
  ]);
  const thresholds = [...named.keys()].sort((a, b) => a - b);
  const lines: string[][] = [];
  const report = (name: string, of: ComparisonMatrix) => {
    for (const { threshold, falseMatch, falseNonMatch, falseMatches } of operatingPoints(of, thresholds)) {
      const score = 1 / (1 + Math.exp(-alpha * (threshold - tau)));
      lines.push([
        name,
        named.get(threshold) ?? '',
        threshold.toFixed(3),
        score.toFixed(3),
        rate(falseMatch),
        String(falseMatches),
        rate(falseNonMatch),
      ]);
    }
    return of.comparisons;
  };
  const counted = report('clean', matrix);
  const faceless: string[] = [];
  for (const degradation of ['blurred', 'shrunk'] as const) {
    const degraded = await portraitsOf(probes, lfw[degradation], stop);
    faceless.push(`${probes.length - degraded.length} ${degradation}`);
    report(degradation, await ComparisonMatrix.of(degraded, clean, stop));
  }
  return {
    section: [
      '## Operating points: one-to-one comparisons on LFW',
      `A comparison is accepted from a cosine on. FMR, the false match rate, is the share of comparisons of two persons that are accepted; FNMR, the false non-match rate, the share of comparisons of one person that are not. Brackets hold the 95 % interval of a bootstrap over persons (2000 resamples), at a fixed threshold.`,
      [
        `- Clean: all pairs of ${clean.length} photos of ${persons.length} persons, ${counted.same} of one person and ${counted.different} of two. Persons with doubtful labels are left out.`,
        `- Blurred (gaussian, sigma ${blurSigma.least} to ${blurSigma.most} pixels of 250) and shrunk (to ${shrunkWidth.least} to ${shrunkWidth.most} pixels in width; .4 of it is the face): up to ${mostPhotos} such photos of each person, against all clean ones but their own original.`,
        `- Photos without a face found are not compared: ${all.length - clean.length} of ${all.length} clean, ${faceless.join(' and ')} of ${probes.length}.`,
        `- Thresholds are the lowest with three digits that keep the false match rate of the clean pairs, and the cosines at which \`/rerank\` gives a lone candidate the score .5 or .9 while nothing is said of the size of the gallery. "Score" is what it gives at that cosine.`,
      ].join('\n'),
      table(['photos', 'set by', 'cosine', 'score', 'FMR', 'false matches', 'FNMR'], lines),
    ].join('\n\n'),
    targets: [],
  };
}

async function portraitsOf(
  photos: readonly Photo[],
  store: PortraitStore,
  stop: AbortSignal,
): Promise<Portrait[]> {
  await store.load(
    photos.map(({ path }) => path),
    stop,
  );
  return photos.flatMap((photo) => {
    const embedding = store.get(photo.path);
    return embedding === undefined ? [] : [{ ...photo, embedding }];
  });
}
