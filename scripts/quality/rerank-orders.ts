import type { ApiClient, RerankCalibration } from '../measure/api-client.ts';
import {
  expectedCalibrationError,
  type Prediction,
  reliability,
  type ReliabilityBin,
} from './calibration-error.ts';
import type { CandidateList } from './candidate-search.ts';
import { IdentificationSample, outcomeOf, type SearchOutcome } from './identification.ts';
import type { NativeScoring, RerankMode } from './native-scoring.ts';

/** How the candidates of a search are ordered. `told`: the library is given the persons of the candidates. */
const orders = {
  cosine: { mode: 'cosine', told: false },
  max: { mode: 'max', told: false },
  'max, persons told': { mode: 'max', told: true },
  replace: { mode: 'replace', told: false },
} as const satisfies Record<string, { readonly mode: RerankMode; readonly told: boolean }>;

export type Order = keyof typeof orders;
export const orderNames = Object.keys(orders) as readonly Order[];

/** What the API takes unless it is told another one. */
export const threshold = 0.5;
/** Searches of a run in which the API has to answer what the library gives. */
export const comparedSearches = 20;

export interface Judgement {
  readonly sample: IdentificationSample;
  /** Expected calibration error of the first candidates. */
  readonly calibrationError: number;
  /** How often first candidates with a score are right. */
  readonly reliability: readonly ReliabilityBin[];
}

export type Judgements = Readonly<Record<Order, Judgement>>;

export interface RerankedGallery {
  readonly client: ApiClient;
  readonly native: NativeScoring;
  readonly calibration: RerankCalibration;
  /** N: photos that are enrolled. */
  readonly gallerySize: number;
}

/**
 * Scores all lists in all orders.
 * @throws Error when the API does not give the library's scores
 */
export async function judgeOrders(
  lists: AsyncIterable<CandidateList>,
  gallery: RerankedGallery,
): Promise<Judgements> {
  const outcomes = new Map(orderNames.map((order) => [order, [] as SearchOutcome[]]));
  const firsts = new Map(orderNames.map((order) => [order, [] as Prediction[]]));
  let left = comparedSearches;
  for await (const list of lists) {
    const { person, enrolled, candidates } = list;
    for (const order of orderNames) {
      const scores = await scoresOf(list, order, gallery);
      const ranked = candidates
        .map(({ identity }, index) => ({ score: scores[index] ?? 0, right: identity === person }))
        .sort((a, b) => b.score - a.score);
      outcomes.get(order)?.push(outcomeOf(person, enrolled, ranked));
      firsts.get(order)?.push(...ranked.slice(0, 1));
      if (order === 'max' && left-- > 0) await requireSameOfApi(list, scores, gallery);
    }
  }
  const judge = (order: Order): Judgement => {
    const predictions = firsts.get(order) ?? [];
    return {
      sample: new IdentificationSample(outcomes.get(order) ?? []),
      calibrationError: expectedCalibrationError(predictions),
      reliability: reliability(predictions),
    };
  };
  return Object.fromEntries(orderNames.map((order) => [order, judge(order)])) as Judgements;
}

function scoresOf(
  { query, candidates }: CandidateList,
  order: Order,
  { native, calibration, gallerySize }: RerankedGallery,
): Promise<Float64Array> {
  const { mode, told } = orders[order];
  const persons = [...new Set(candidates.map(({ identity }) => identity))];
  return native.rerank(
    query,
    candidates.map(({ embedding }) => embedding),
    {
      mode,
      calibration,
      threshold,
      gallerySize,
      subjects: told ? Int32Array.from(candidates, ({ identity }) => persons.indexOf(identity)) : null,
    },
  );
}

async function requireSameOfApi(
  { query, candidates }: CandidateList,
  scores: Float64Array,
  { client, gallerySize }: RerankedGallery,
): Promise<void> {
  const answered = await client.rerank(
    query,
    candidates.map(({ embedding }) => embedding),
    { threshold, gallery_size: gallerySize },
  );
  const apart = answered.findIndex((score, index) => score !== scores[index]);
  if (apart >= 0) {
    throw new Error(`/rerank gives ${answered[apart]} where the library gives ${scores[apart]}`);
  }
}
