import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectPhotos } from '../support/photo-selection.js';
import { sharedFolder } from '../support/shared-data.js';
import { writeProductionRepository, writeTritonRepository } from '../support/triton-repository.js';
import { TwoServers } from '../support/two-servers.js';

const photos = sharedFolder('data');
const models = sharedFolder('models');

const usual = JSON.parse(
  readFileSync(new URL('../../apps/model-server/packs/faceplugin.json', import.meta.url), 'utf8'),
) as { readonly sources: object; readonly embedder: { readonly file: object } };

/** A detector of the optional models with the default pack's embedder, fed as ArcFace networks are. */
async function writePack(folder: string, kind: string, model: string): Promise<string> {
  const path = join(models ?? '', model, 'model.onnx');
  const { sha256 } = JSON.parse(readFileSync(join(models ?? '', model, 'source.json'), 'utf8')) as {
    readonly sha256: string;
  };
  const pack = {
    name: `triton-${kind}`,
    version: '1',
    sources: usual.sources,
    detector: { kind, file: { path, sha256, license: 'for tests only' } },
    embedder: { kind: 'arcface', file: usual.embedder.file },
    flipMerge: 'concat',
  };
  const file = join(folder, `${kind}.json`);
  await writeFile(file, JSON.stringify(pack));
  return file;
}

describe.skipIf(models === undefined)('detectors at 640x640, two views merged to 1024 numbers', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-detectors-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function compare(pack: string, write: (repository: string) => Promise<void>): Promise<void> {
    const servers = await TwoServers.start({ FACE_V3_MODEL_PACK: pack }, write);
    try {
      expect(await servers.expectSameFaces(await selectPhotos(photos))).toBeGreaterThan(21);
    } finally {
      await servers.stop();
    }
  }

  it.each(['single', 'ensemble'])('YuNet, in the form %s', async (form) => {
    const pack = await writePack(folder, 'yunet', 'yunet_s_dynamic');
    await compare(pack, (repository) =>
      writeTritonRepository('onnx-cpu', repository, ['--pack', pack, '--form', form]),
    );
  });

  it('SCRFD, in the repository of production', async () => {
    const pack = await writePack(folder, 'scrfd', 'scrfd_500m_bnkps');
    await compare(pack, (repository) => writeProductionRepository(repository, pack));
  });
});
