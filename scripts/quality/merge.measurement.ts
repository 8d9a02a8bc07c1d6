import { join } from 'node:path';
import { table } from '../measure/markdown.ts';
import { seededRandom, shuffled } from '../measure/seeded-random.ts';
import { degradations } from './degradation.ts';
import {
  differences,
  figureNames,
  figureTitles,
  IdentificationSample,
  outcomeOf,
  type SearchOutcome,
} from './identification.ts';
import {
  identificationSeed,
  leaveOneOut,
  mostPhotos,
  type Photo,
  readIdentificationPhotos,
  unenrolled,
} from './identification-protocol.ts';
import { type Measurement, type MeasurementInput, points, share } from './measurement.ts';
import { NativeScoring } from './native-scoring.ts';
import { searchProbes } from './search-probes.ts';
import { type Misfiled, TemplateGallery } from './template-gallery.ts';

/** What weighting by agreement adds to the plain mean, with a wrong photo among five and without. */
export async function measureMerge({ data, lfw, stop }: MeasurementInput): Promise<Measurement> {
  const photos = readIdentificationPhotos(join(data, 'lfw'));
  const persons = [...photos.known.values()];
  // Of these five are left when one is searched.
  const searched = persons.filter(({ length }) => length > mostPhotos);
  const probes = [...searched.flatMap(leaveOneOut), ...photos.unknown.map(unenrolled)];
  const stores = degradations.map((degradation) => lfw[degradation]);
  const paths = (of: readonly Photo[]) => of.map(({ path }) => path);
  await lfw.clean.load(paths([...persons.flat(), ...photos.distractors]), stop);
  for (const store of stores) await store.load(paths(probes), stop);

  const native = await NativeScoring.open();
  const sampleOf = async (method: 'mean' | 'agreement', misfiled: Misfiled) => {
    const gallery = new TemplateGallery(native, lfw.clean, method, misfiled);
    const entries = await gallery.entries(photos);
    const own = (probe: { readonly own: readonly Photo[] }) => gallery.template(probe.own);
    const outcomes: SearchOutcome[] = [];
    for await (const list of searchProbes(probes, stores, { entries, own }, stop)) {
      const ranked = list.candidates.map(({ cosine, identity }) => ({
        score: cosine,
        right: identity === list.person,
      }));
      outcomes.push(outcomeOf(list.person, list.enrolled, ranked));
    }
    return new IdentificationSample(outcomes);
  };
  const compare = async (name: string, misfiled: Misfiled) => {
    const mean = await sampleOf('mean', misfiled);
    const agreement = await sampleOf('agreement', misfiled);
    return { name, samples: { mean, agreement }, gain: differences(agreement, mean) };
  };

  const strangers = shuffled(photos.distractors, seededRandom(`${identificationSeed}: misfiled photos`));
  const misfiled = searched.flatMap(([photo], index) => {
    const stranger = strangers[index];
    return photo === undefined || stranger === undefined ? [] : [[photo.identity, stranger] as const];
  });
  const oneWrong = await compare('one wrong', new Map(misfiled));
  const allRight = await compare('all right', new Map());

  const figures = [oneWrong, allRight].flatMap(({ name, samples }) =>
    Object.entries(samples).map(([method, sample]) => {
      const { known, unknown } = sample.searches;
      const values = sample.figures();
      const counts = [known, unknown].map(String);
      return [`${name}, ${method}`, ...counts, ...figureNames.map((figure) => share(values[figure]))];
    }),
  );
  const gains = [oneWrong, allRight].map(({ name, gain }) => [
    name,
    ...figureNames.map((figure) => points(gain[figure].value, gain[figure])),
  ]);
  return {
    section: [
      '## Merge: a wrong photo among five',
      `Each person of "Rerank" is enrolled as one template of up to ${mostPhotos} photos, which the built library (${native.mergeBuild}) merges by plain mean or by agreement; the search is by cosine. ` +
        `Searched are ${mostPhotos} photos each of the ${searched.length} persons with more than ${mostPhotos}, whose template is then of ${mostPhotos} others, and the persons who are never enrolled; all of them degraded. ` +
        `"One wrong": in each template of the ${searched.length} the fifth photo is another one, of a person who is then not enrolled. Figures and intervals as there.`,
      table(['fifth photo, template', 'searches of enrolled', 'of others', ...figureTitles], figures),
      table(['difference of agreement to mean', ...figureTitles], gains),
    ].join('\n\n'),
    targets: [
      {
        name: 'merge, one wrong: gain in TPIR, lower end of its interval',
        value: oneWrong.gain.tpirAtFpir1.low,
        least: 0,
      },
      {
        name: 'merge, all right: gain in TPIR, upper end of its interval',
        value: allRight.gain.tpirAtFpir1.high,
        least: 0,
      },
    ],
  };
}
