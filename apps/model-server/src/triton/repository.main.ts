import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reportCommandFailure } from '../config/command-failure.js';
import { loadSettings } from '../config/load-settings.js';
import { projectRoot } from '@face/environment';
import { consoleReporter } from '../packs/fetch/reporter.js';
import { loadPack } from '../packs/load-pack.js';
import { PackError } from '../packs/pack-error.js';
import { type FaceModels, ofOwner, ofPack } from './face-models.js';
import { parseProfile, type Profile } from './profile.js';
import { writeRepository } from './write-repository.js';

const usage = `Writes a Triton model repository.

  --profile FILE    what it shall be, as in triton/profiles
  --output FOLDER   what was written there before is replaced; weights and plans of yours are kept
Other than the profile says:
  --pack PACK             name of a model pack, or path of its JSON or folder; its networks are copied
  --flip-merge MODE       none, mean or concat
  --form FORM             ensemble, or single: one model in Python that does everything
  --instances N           of each model that runs on a CPU
For a repository that is used elsewhere:
  --python FOLDER   of the Python packages that its models share, as seen from the repository
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      profile: { type: 'string' },
      output: { type: 'string' },
      pack: { type: 'string' },
      'flip-merge': { type: 'string' },
      form: { type: 'string' },
      instances: { type: 'string' },
      python: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.profile === undefined || values.output === undefined) {
    (values.help ? process.stdout : process.stderr).write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const path = resolve(values.profile);
  const profile = parseProfile(basename(path), await readProfile(path), {
    ...(values.form === undefined ? {} : { form: values.form }),
    ...(values.pack === undefined ? {} : { pack: values.pack, models: undefined }),
    ...(values['flip-merge'] === undefined ? {} : { flipMerge: values['flip-merge'] }),
    ...(values.instances === undefined ? {} : { instances: everywhere(Number(values.instances)) }),
  });
  const root = projectRoot();
  const inside = relative(root, path);
  const folder = resolve(values.output);
  const packages = join(root, 'triton', 'python');
  await writeRepository(
    { profile, models: await faceModels(profile) },
    {
      folder,
      // Side by side they can be moved together.
      packages: values.python ?? (dirname(folder) === dirname(packages) ? join('..', 'python') : packages),
      origin: inside.startsWith('..') ? basename(path) : inside,
    },
  );
}

function everywhere(instances: number): Record<string, number> {
  return { steps: instances, detector: instances, embedder: instances };
}

async function readProfile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PackError(`there is no profile at ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function faceModels({ models, flipMerge, engine }: Profile): Promise<FaceModels> {
  if (typeof models !== 'string') return ofOwner(models, flipMerge ?? 'none');
  // What is set for the model server counts where the profile says nothing: both serve the same API.
  const settings = loadSettings();
  const pack = await loadPack(models, {
    cacheDir: settings.cacheDir,
    flipMerge: flipMerge ?? settings.flipMerge,
    embeddingDimension: settings.embeddingDimension,
    reporter: consoleReporter(process.stderr),
  });
  return ofPack(pack, engine);
}

try {
  await main();
} catch (error) {
  reportCommandFailure(error, usage);
}
