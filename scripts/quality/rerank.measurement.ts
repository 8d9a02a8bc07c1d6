import { join } from 'node:path';
import { table } from '../measure/markdown.ts';
import { acceptanceTable, reliabilityTable } from './acceptance-table.ts';
import { candidatesPerSearch } from './candidate-search.ts';
import { blurSigma, degradations, shrunkWidth } from './degradation.ts';
import { differences, figureNames, figureTitles } from './identification.ts';
import {
  type IdentificationProtocol,
  identificationSeed,
  mostPhotos,
  readIdentificationPhotos,
  severalPhotosProtocol,
} from './identification-protocol.ts';
import { type Measurement, type MeasurementInput, points, share, type Target } from './measurement.ts';
import { NativeScoring } from './native-scoring.ts';
import { comparedSearches, judgeOrders, type Judgements, orderNames, threshold } from './rerank-orders.ts';
import { entriesOf, searchProbes } from './search-probes.ts';

/** The least that several photos of a person have to gain in mAP. */
const leastPrecisionGain = 0.02;
/** One search in a thousand: so little is no loss, even where the interval is so narrow that it shows. */
const tolerance = 0.001;

/** What reranking by the native library adds to the order by plain cosine. */
export async function measureRerank({ client, data, lfw, stop }: MeasurementInput): Promise<Measurement> {
  const photos = readIdentificationPhotos(join(data, 'lfw'));
  const several = severalPhotosProtocol(photos);
  const protocols = [several, photos.onePhoto];
  const probes = [...new Set(protocols.flatMap((each) => each.probes.map(({ path }) => path)))];
  const enrolled = protocols.flatMap((each) => [...each.gallery, ...each.probes.flatMap(({ own }) => own)]);
  await lfw.clean.load([...probes, ...enrolled.map(({ path }) => path)], stop);
  for (const degradation of degradations) await lfw[degradation].load(probes, stop);

  const native = await NativeScoring.open();
  const { calibration } = await client.model();
  const conditions = { degraded: degradations.map((degradation) => lfw[degradation]), clean: [lfw.clean] };
  const measure = async (protocol: IdentificationProtocol) => {
    const entries = entriesOf(protocol.gallery, lfw.clean);
    const judge = (stores: (typeof conditions)['clean']) =>
      judgeOrders(
        searchProbes(protocol.probes, stores, { entries, own: ({ own }) => entriesOf(own, lfw.clean) }, stop),
        { client, native, calibration, gallerySize: entries.length },
      );
    return {
      enrolled: entries.length,
      degraded: await judge(conditions.degraded),
      clean: await judge(conditions.clean),
    };
  };
  const withSeveral = await measure(several);
  const withOne = await measure(photos.onePhoto);

  const faceless = degradations.map(
    (degradation) => probes.filter((path) => lfw[degradation].get(path) === undefined).length,
  );
  return {
    section: [
      '## Rerank: identification on LFW',
      `An exact vector search gives the ${candidatesPerSearch} enrolled photos with the highest cosine; the built library (${native.rerankBuild}) scores them with the pack's calibration, threshold ${threshold} and N = the number of enrolled photos. The first ${comparedSearches} searches of each kind go through /rerank as well and must give the very same scores. What is left to chance is drawn with the seed "${identificationSeed}".`,
      [
        `- Persons have the roles of identification.csv: ${photos.known.size} known ones with 2 to 14 photos, ${photos.distractors.length} who are only enrolled and ${photos.unknown.length} who are only searched, with one photo each. Those with doubtful labels are left out.`,
        `- Enrolled photos are clean. Degraded probes: each photo once blurred (gaussian, sigma ${blurSigma.least} to ${blurSigma.most} pixels of 250) and once shrunk (to ${shrunkWidth.least} to ${shrunkWidth.most} pixels in width), by a strength drawn for it. No face was found in ${faceless.join(' and ')} of ${probes.length}; these are left out.`,
        '- A probe of a known person is searched with that person enrolled, and without, as of one more unknown person.',
        '- Orders: `max` is what /rerank does; with persons told, the candidates carry their `subject`; `replace` is the other mode of the library.',
        '- Rank 1: share of the searches of enrolled persons with a right first candidate. mAP: mean of their average precision, in which a right photo that is no candidate counts as 0. TPIR at FPIR 1 %: share with a right first candidate above the score that 1 % of the searches of persons who are not enrolled exceed. ECE: expected calibration error of the first candidates of all searches, 15 bins of equal width.',
        '- Differences are percentage points to the order by cosine, with the 95 % interval of a paired bootstrap over persons (2000 resamples).',
      ].join('\n'),
      `### Up to ${mostPhotos} photos of a person, ${withSeveral.enrolled} enrolled`,
      `Up to ${mostPhotos} photos of each known person are searched, each with up to ${mostPhotos} others of that person enrolled.`,
      tables(withSeveral),
      `### One photo of a person, ${withOne.enrolled} enrolled`,
      'Of each known person one photo is enrolled and up to five others are searched. Nobody has a second photo that could vote, so only mistaken votes can change anything. A loss of a tenth of a point, one search in a thousand, counts as none.',
      tables(withOne),
    ].join('\n\n'),
    targets: [...gainTargets(withSeveral.degraded), ...noLossTargets(withOne.degraded)],
  };
}

function tables(conditions: { readonly degraded: Judgements; readonly clean: Judgements }): string {
  const { degraded, clean } = conditions;
  const rows = Object.entries({ degraded, clean }).flatMap(([condition, judgements]) =>
    orderNames.map((order) => ({ name: `${condition}, ${order}`, order, judgements })),
  );
  const figures = rows.map(({ name, order, judgements }) => {
    const { sample, calibrationError } = judgements[order];
    const { known, unknown } = sample.searches;
    const values = sample.figures();
    return [
      name,
      ...[known, unknown].map(String),
      ...[...figureNames.map((figure) => values[figure]), calibrationError].map(share),
    ];
  });
  const changes = rows
    .filter(({ order }) => order !== 'cosine')
    .map(({ name, order, judgements }) => {
      const change = differences(judgements[order].sample, judgements.cosine.sample);
      return [name, ...figureNames.map((figure) => points(change[figure].value, change[figure]))];
    });
  return [
    table(['probes, order', 'searches of enrolled', 'of others', ...figureTitles, 'ECE'], figures),
    table(['difference to cosine', ...figureTitles], changes),
    'First candidates of `max` accepted from a score on: FPIR is the share of searches of persons who are not enrolled in which somebody is accepted, TPIR the share of searches of enrolled persons in which the right one is.',
    acceptanceTable({ degraded: degraded.max.sample, clean: clean.max.sample }),
    'How often the first candidate of `max` is right, by its score:',
    reliabilityTable({ degraded: degraded.max.reliability, clean: clean.max.reliability }),
  ].join('\n\n');
}

function gainTargets({ max, cosine }: Judgements): Target[] {
  const { rankOne, meanAveragePrecision, tpirAtFpir1 } = differences(max.sample, cosine.sample);
  const name = 'rerank, several photos, degraded:';
  return [
    { name: `${name} gain in rank 1`, value: rankOne.value, least: 0 },
    { name: `${name} gain in mAP`, value: meanAveragePrecision.value, least: leastPrecisionGain },
    { name: `${name} gain in TPIR, upper end of its interval`, value: tpirAtFpir1.high, least: 0 },
  ];
}

function noLossTargets({ max, cosine }: Judgements): Target[] {
  const change = differences(max.sample, cosine.sample);
  const named = { 'rank 1': change.rankOne, mAP: change.meanAveragePrecision, TPIR: change.tpirAtFpir1 };
  return Object.entries(named).map(([figure, { high }]) => ({
    name: `rerank, one photo, degraded: gain in ${figure}, upper end of its interval`,
    value: high,
    least: -tolerance,
  }));
}
