/**
 * `npm run calibrate -- pairs.csv [--pack NAME] [--flip none] [--n-cal 1000]`: fits the curve from cosine to the
 * probability of one person for a model pack, on photos of your own. Columns path_a, path_b, same; or path,
 * identity, which compares every two photos. Paths are relative to the file. Prints what belongs into the pack.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fitLogistic, type LogisticFit } from './calibrate/fit-logistic.ts';
import { readPairList } from './calibrate/pair-list.ts';
import { ApiClient, dot } from './measure/api-client.ts';
import { withProduct } from './measure/measured-product.ts';
import { PortraitStore } from './quality/portrait-store.ts';
import { readCommandLine } from './run/command-line.ts';
import {
  WrongValue,
  existingFile,
  oneOf,
  option,
  readEach,
  text,
  wholeNumber,
} from './run/command-line-values.ts';
import { TaskFailure } from './run/failure.ts';
import { runTask } from './run/task.ts';

/** Below this share of genuine pairs from tau on, candidates would mostly vote for strangers. */
const leastVotingShare = 0.8;
/** Fewer say too little of the upper tail, on which the curve rests. */
const fewGenuine = 200;
const fewImpostors = 10_000;

const { values, operands: file } = readCommandLine({
  command: 'npm run calibrate',
  about:
    "Fits the curve from cosine to the probability of one person for a model pack, on photos of your own, and prints what belongs into the pack's JSON.",
  operands: {
    argument: 'PAIRS.csv',
    about:
      'columns path_a, path_b, same; or path, identity, which compares every two photos; paths are relative to it',
    read: (texts) => {
      const [first, second] = readEach(existingFile)(texts);
      if (first === undefined) throw new WrongValue('a file with pairs');
      if (second !== undefined) throw new WrongValue('one file', texts.join(' '));
      return first;
    },
  },
  options: {
    pack: option('NAME', 'a model pack; the default pack by default', text, undefined),
    flip: option('MODE', 'none, mean or concat', oneOf(['none', 'mean', 'concat']), undefined),
    'n-cal': option('N', 'size of the gallery that the curve is for; 1000 by default', wholeNumber(1), 1000),
  },
});

await runTask(async (interruption) => {
  const galleryReference = values['n-cal'];
  const list = readPairList(readFileSync(file, 'utf8'));

  const settings = {
    ...(values.pack === undefined ? {} : { FACE_V3_MODEL_PACK: values.pack }),
    ...(values.flip === undefined ? {} : { FACE_V3_FLIP_MERGE: values.flip }),
  };
  const { embeddings, flipMerge } = await withProduct(
    interruption,
    async ({ url }) => {
      const client = new ApiClient(url);
      const store = new PortraitStore(client, dirname(resolve(file)));
      await store.load(list.photos, interruption.asked);
      const { flip_merge } = await client.model();
      return { embeddings: list.photos.map((path) => store.get(path)), flipMerge: flip_merge ?? 'none' };
    },
    settings,
  );

  const genuine: number[] = [];
  const impostors: number[] = [];
  for (const { a, b, same } of list.pairs()) {
    const [first, second] = [embeddings[a], embeddings[b]];
    if (first !== undefined && second !== undefined) (same ? genuine : impostors).push(dot(first, second));
  }
  const without = embeddings.filter((embedding) => embedding === undefined).length;
  process.stdout.write(
    `\n${genuine.length} pairs of one person, ${impostors.length} of two; no face was found in ${without} of ${embeddings.length} photos.\n`,
  );
  if (genuine.length < fewGenuine || impostors.length < fewImpostors) {
    process.stdout.write(
      `That is little: from ${fewGenuine} and ${fewImpostors} pairs on the curve can be relied on. A file with path and identity compares every two photos.\n`,
    );
  }

  const { alpha, tau } = fit(Float64Array.from(genuine), Float64Array.from(impostors), galleryReference);
  const above = genuine.filter((cosine) => cosine >= tau).length / genuine.length;
  const calibration = {
    [flipMerge]: {
      alpha: Number(alpha.toFixed(2)),
      tau: Number(tau.toFixed(4)),
      n_cal: galleryReference,
      voting: above >= leastVotingShare,
    },
  };
  process.stdout.write(
    `${(100 * above).toFixed(1)} % of the pairs of one person are at or above tau; voting helps from 80 % on.\n\n` +
      `Put this into the pack's JSON:\n\n"calibration": ${JSON.stringify(calibration, undefined, 2)}\n`,
  );
  return 0;
});

function fit(genuine: Float64Array, impostors: Float64Array, galleryReference: number): LogisticFit {
  try {
    return fitLogistic(genuine, impostors, galleryReference);
  } catch (error) {
    if (error instanceof RangeError)
      throw new TaskFailure(`The curve cannot be fitted: ${error.message}.`, { cause: error });
    throw error;
  }
}
