import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PackError } from '../packs/pack-error.js';
import { configText } from './config-text.js';
import { detectionModels } from './detection-models.js';
import { extractionModels } from './extraction-models.js';
import { pythonEntry } from './python-entry.js';
import type { RepositoryPlan } from './repository.js';

/** What the contract id will be a hash of; see triton/python/stamp_contract.py. */
const templateName = 'contract-id.template';

export interface WriteOptions {
  /** Absolute path of the repository. What this program wrote there before is replaced, all else is kept. */
  readonly folder: string;
  /** Folder of the Python packages that the models share, absolute or as seen from the repository. */
  readonly packages: string;
  /** How the files call the profile. */
  readonly origin: string;
}

/** Writes a Triton model repository. */
export async function writeRepository(
  plan: RepositoryPlan,
  { folder, packages, origin }: WriteOptions,
): Promise<void> {
  const parts = [detectionModels(plan), extractionModels(plan)];
  await removeWritten(folder);
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const model of parts.flatMap(({ models }) => models)) {
    await write(`${model.name}/config.pbtxt`, configText(model, origin));
    const { execution } = model;
    // Git keeps no empty folder, and Triton wants one for each version.
    if (execution.kind !== 'python') await write(`${model.name}/1/.gitkeep`, '');
    else await write(`${model.name}/1/model.py`, pythonEntry(execution.module, packages, origin));
  }
  for (const { path, source } of parts.flatMap(({ files }) => files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (typeof source === 'string') await copyFile(source, join(folder, path));
    else await writeFile(join(folder, path), source);
  }
  if (plan.models.contractTemplate !== undefined) await write(templateName, plan.models.contractTemplate);
  await removeEmptied(folder);
}

/** Files that this program writes, and Python of them; but not networks: those may be the owner's. */
const written =
  /(^|\/)(config\.pbtxt|model\.py|\.gitkeep|contract-id\.template|__pycache__\/model\.[^/]*\.pyc)$/;

async function removeWritten(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const path of entries.filter((each) => written.test(each))) await rm(join(folder, path));
}

/** Folders of models that are no longer part of the repository: Triton would try to load what the owner put there. */
async function removeEmptied(folder: string): Promise<void> {
  for (const model of await readdir(folder, { withFileTypes: true })) {
    if (!model.isDirectory()) continue;
    const path = join(folder, model.name);
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    if (files.length === 0) await rm(path, { recursive: true });
    else if (!files.some((file) => file.name === 'config.pbtxt')) {
      throw new PackError(
        `${path} is no longer part of the repository but holds ${files[0]?.name}: move it away, or Triton does not start`,
      );
    }
  }
}
