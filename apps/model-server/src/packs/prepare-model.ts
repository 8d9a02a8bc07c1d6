import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheError } from './fetch/fetch-error.js';
import { fileSha256 } from './fetch/file-hash.js';
import { checkGoldenOutput } from './golden-output.js';
import type { InputSize, ReadyModel } from './loaded-pack.js';
import { freeBatch } from './onnx/free-batch.js';
import { patchModel, type GraphPatch } from './onnx/graph.js';
import { resizeRfb } from './onnx/resize-rfb.js';
import { rewritePrelu } from './onnx/rewrite-prelu.js';
import { dropInitializerInputs, dropValueInfo } from './onnx/tidy-inputs.js';
import { PackError } from './pack-error.js';
import type { ModelManifest } from './pack-manifest.js';
import { makeFolder } from './fetch/make-folder.js';

/** Patches that keep the result of any graph. */
const always: readonly GraphPatch[] = [dropValueInfo, dropInitializerInputs, rewritePrelu];

export const patches = {
  detector: always,
  landmarks: always,
  embedder: [...always, freeBatch],
  rfb: (size: InputSize): readonly GraphPatch[] => [...always, resizeRfb(size)],
};

/** A model's part in a pack: what is done to its graph, and how bytes become its input. */
export interface ModelRole {
  readonly name: 'detector' | 'landmarks' | 'embedder';
  readonly patches: readonly GraphPatch[];
  readonly normalisation: { readonly mean: number; readonly divisor: number };
}

/**
 * Patches a verified model file into the cache. The name holds the hash of the result, and the result is
 * computed anew at each start (some 10 ms) rather than trusted: a damaged or stale file is replaced. A file
 * appears only after its output has been compared with the golden one.
 * @param source path of the file as it was published
 * @throws PackError naming file and field when the graph cannot be patched, or gives another hash or output than stated
 */
export async function prepareModel(
  role: ModelRole,
  source: string,
  manifest: ModelManifest,
  folder: string,
): Promise<ReadyModel> {
  const field = manifest.asset.label;
  const prepared = patch(await readFile(source), role.patches, `${field}: ${source}`);
  const sha256 = createHash('sha256').update(prepared).digest('hex');
  if (manifest.preparedSha256 !== undefined && manifest.preparedSha256 !== sha256) {
    const stated = field.replace(/\.file$/, '.preparedSha256');
    throw new PackError(
      `${stated} is ${manifest.preparedSha256}, but patching ${source} gives ${sha256}: ` +
        'was another input size set? Then leave it out, and golden too',
    );
  }
  // Nothing to patch: the published file serves as it is.
  if (sha256 === manifest.asset.sha256) return { path: source, sha256, published: source, field };
  const path = join(folder, `${role.name}-${sha256.slice(0, 16)}.onnx`);
  const unfinished = `${path}.${randomUUID()}`;
  try {
    if ((await fileSha256(path)) !== sha256) {
      await makeFolder(folder);
      await writeFile(unfinished, prepared);
      if (manifest.golden !== undefined) {
        await checkGoldenOutput(
          { path: unfinished, sha256, published: source, field },
          role.normalisation,
          manifest.golden,
        );
      }
      await rename(unfinished, path);
    }
  } catch (cause) {
    throw cacheError(folder, cause);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { path, sha256, published: source, field };
}

function patch(original: Uint8Array, graphPatches: readonly GraphPatch[], what: string): Uint8Array {
  try {
    return patchModel(original, graphPatches);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new PackError(`${what} cannot be prepared: ${cause.message}`, { cause });
  }
}
