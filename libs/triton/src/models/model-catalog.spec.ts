import { status } from '@grpc/grpc-js';
import { writeContractParameters } from '@face/kserve';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ScriptedServer,
  type Script,
  Status,
  configOf,
  metadataOf,
  optionsFor,
} from '../../test/scripted-server.js';
import { ModelCatalog } from './model-catalog.js';
import { TritonClient } from '../triton-client.js';
import type { TritonOptions } from '../triton-options.js';
import { TritonModule } from '../triton.module.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The whole module in front of a scripted server. */
async function start(script: Partial<Script> = {}, options: Partial<TritonOptions> = {}) {
  const server = await ScriptedServer.start(script);
  const module = await Test.createTestingModule({
    imports: [TritonModule.forRootAsync({ useFactory: () => optionsFor(server.address, options) })],
  }).compile();
  const app = await module.init();
  cleanups.push(
    () => server.stop(),
    () => app.close(),
  );
  return {
    server,
    client: app.get(TritonClient),
    catalog: app.get(ModelCatalog),
  };
}

const context = (timeoutMs = 10_000) => ({
  signal: new AbortController().signal,
  deadline: Date.now() + timeoutMs,
});

const contract = {
  contractId: 'sha256:abc',
  dimension: 512,
  flipMerge: 'none',
  calibration: { alpha: 25, tau: 0.426, galleryReference: 1000, voting: true, calibrated: true },
} as const;

describe('ModelCatalog', () => {
  it('asks once for all callers at a time, and remembers', async () => {
    let asked = 0;
    const { catalog } = await start({ metadata: ({ name }) => ((asked += 1), metadataOf(name)) });
    const models = await Promise.all([catalog.detection(context()), catalog.detection(context())]);
    expect(models[0]).toBe(models[1]);
    await catalog.detection(context());
    expect(asked).toBe(1);
  });

  it('asks again after a failed call', async () => {
    const { catalog, client, server } = await start();
    const before = await catalog.extraction(context());
    server.script.infer = () => new Status(status.INVALID_ARGUMENT, 'batch-size must be <= 4');
    server.script.config = ({ name }) => ({ config: configOf(name, 4) });
    await expect(client.infer('extraction', [], {}, context())).rejects.toThrow();
    const after = await catalog.extraction(context());
    expect([before.model.maxBatchSize, after.model.maxBatchSize]).toEqual([8, 4]);
  });

  it('asks again after a failure to ask', async () => {
    const { catalog, server } = await start({ metadata: () => new Status(status.INTERNAL, 'x') });
    await expect(catalog.detection(context())).rejects.toMatchObject({ code: 'triton_failed' });
    server.script.metadata = ({ name }) => metadataOf(name);
    expect((await catalog.detection(context())).name).toBe('detection');
  });

  it('lets one caller go without failing the others', async () => {
    const gate = Promise.withResolvers<void>();
    const { catalog } = await start({
      metadata: async ({ name }) => {
        await gate.promise;
        return metadataOf(name);
      },
    });
    const hurried = catalog.detection(context(50));
    const patient = catalog.detection(context());
    await expect(hurried).rejects.toMatchObject({ code: 'deadline_exceeded' });
    gate.resolve();
    expect((await patient).name).toBe('detection');
  });

  it('reads the contract from the parameters, and the dimension from the metadata', async () => {
    const { catalog } = await start({
      config: ({ name }) => ({ config: configOf(name, 8, writeContractParameters(contract)) }),
    });
    expect(await catalog.contract(context())).toEqual(contract);
  });

  it('has no contract id when the server tells none', async () => {
    const { catalog } = await start({ config: () => new Status(status.UNIMPLEMENTED, '') });
    expect(await catalog.contract(context())).toEqual({
      contractId: null,
      dimension: 512,
      flipMerge: null,
      calibration: null,
    });
  });

  it('says both dimensions when the settings ask for another one', async () => {
    const { catalog } = await start({}, { expectedDimension: 1024 });
    await expect(catalog.contract(context())).rejects.toMatchObject({
      code: 'triton_misconfigured',
      message: expect.stringMatching(/FACE_V3_EMBEDDING_DIMENSION is 1024.*512/) as string,
    });
  });

  it('takes the dimension of the settings when the metadata leave it open', async () => {
    const script: Partial<Script> = { metadata: ({ name }) => metadataOf(name, -1) };
    const set = await start(script, { expectedDimension: 1024 });
    expect((await set.catalog.contract(context())).dimension).toBe(1024);
    const unset = await start(script);
    await expect(unset.catalog.contract(context())).rejects.toThrow('FACE_V3_EMBEDDING_DIMENSION');
  });

  it('names a parameter that cannot be read', async () => {
    const { catalog } = await start({
      config: ({ name }) => ({
        config: configOf(name, 8, { face_rerank_alpha: 'much', face_rerank_tau: '.4' }),
      }),
    });
    await expect(catalog.contract(context())).rejects.toThrow(/extraction.*face_rerank_alpha is 'much'/);
  });

  it('splits by the settings when the model tells no limit', async () => {
    const { catalog } = await start(
      { config: ({ name }) => ({ config: configOf(name, 0) }) },
      { maxBatchSize: 3 },
    );
    expect(catalog.batchLimit(await catalog.detection(context()))).toBe(3);
  });
});
