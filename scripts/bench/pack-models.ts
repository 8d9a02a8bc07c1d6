import { join } from 'node:path';
import { cacheFolder } from '../../apps/model-server/src/packs/cache-folder.ts';
import { type Environment, setting } from '../run/environment.ts';
import { root } from '../run/root.ts';

interface ReadyModel {
  readonly path: string;
}

interface LoadedPack {
  readonly detector: { readonly model: ReadyModel };
  readonly landmarks: { readonly model?: ReadyModel };
  readonly embedder: { readonly model: ReadyModel };
}

interface PackLoader {
  readonly loadPack: (name: string, options: { readonly cacheDir: string }) => Promise<LoadedPack>;
}

/** Paths of the prepared ONNX files that one face needs, as the compiled model server loads them. */
export async function packModels(environment: Environment): Promise<string[]> {
  const compiled = join(root, 'dist/model-server/apps/model-server/src/packs/load-pack.js');
  const { loadPack } = (await import(compiled)) as PackLoader;
  const pack = await loadPack(setting(environment, 'FACE_V3_MODEL_PACK') ?? 'faceplugin', {
    cacheDir: cacheFolder(environment),
  });
  const models = [pack.detector.model, pack.landmarks.model, pack.embedder.model];
  return models.flatMap((model) => (model === undefined ? [] : [model.path]));
}
