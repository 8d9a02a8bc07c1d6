import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, type ErrorAnswer, cosine, postJson, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

/** The same pack in three ways, so with three contracts; only the last has another dimension. */
const models = {
  plain: { FACE_V3_FLIP_MERGE: 'none' },
  mean: { FACE_V3_FLIP_MERGE: 'mean' },
  concat: { FACE_V3_FLIP_MERGE: 'concat' },
} satisfies Record<string, NodeJS.ProcessEnv>;
type Model = keyof typeof models;

const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };

interface Health {
  readonly status: string;
  readonly triton_ready: boolean;
  readonly reasons: readonly string[];
}

const embed = (api: Api) =>
  postJson<EmbeddingsAnswer & ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
const healthOf = async (api: Api) => (await request<Health>(`${api.ready.url}/healthz`)).body;

function firstEmbedding({ results }: EmbeddingsAnswer): number[] {
  return results[0]?.faces[0]?.embedding as number[];
}

/** Asks until there is an answer, as after a restart. */
async function embedWhenReady(api: Api): Promise<EmbeddingsAnswer> {
  await expect.poll(async () => (await embed(api)).status, { timeout: 10_000 }).toBe(200);
  return (await embed(api)).body;
}

describe('a model server that is replaced by one with another model', () => {
  let folder: string;
  let server: ModelServer;
  const apis: Api[] = [];
  const socket = () => join(folder, 's.sock');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-changed-'));
  });

  afterEach(async () => {
    for (const api of apis.splice(0)) await api.stop();
    await server.stop();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const serve = async (model: Model) => {
    server = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket(),
      FACE_V3_MODEL_SERVER_THREADS: '1',
      ...models[model],
    });
  };
  const start = async (settings: NodeJS.ProcessEnv = {}) => {
    const api = await startApi({ FACE_V3_TRITON_URL: `unix:${socket()}`, ...settings });
    apis.push(api);
    return api;
  };

  it('is noticed with the first answer: contract id, dimension, and what may be compared', async () => {
    await serve('plain');
    const api = await start();
    const before = (await embed(api)).body;
    await server.stop('SIGKILL');
    await serve('mean');
    const merged = await embedWhenReady(api);
    expect(merged.model.contract_id).not.toBe(before.model.contract_id);
    expect(merged.model.dimension).toBe(512);
    // Embeddings of before are refused rather than compared.
    const own = firstEmbedding(merged);
    const rerank = await postJson<ErrorAnswer>(`${api.ready.url}/api/v1/rerank`, {
      contract_id: before.model.contract_id,
      query_embedding: own,
      candidates: [{ id: 'a', embedding: firstEmbedding(before) }],
    });
    expect(rerank.body.code).toBe('contract_mismatch');

    await server.stop('SIGKILL');
    await serve('concat');
    const long = await embedWhenReady(api);
    expect(long.model.dimension).toBe(1024);
    expect(firstEmbedding(long)).toHaveLength(1024);
    const ids = [before, merged, long].map(({ model }) => model.contract_id);
    expect(new Set(ids).size).toBe(3);
  });

  it('is not ready, and says why, when the settings ask for the dimension that it had', async () => {
    await serve('plain');
    const api = await start({ FACE_V3_EMBEDDING_DIMENSION: '512' });
    expect((await embed(api)).status).toBe(200);
    await server.stop('SIGKILL');
    await serve('concat');
    await expect
      .poll(async () => (await embed(api)).body.code, { timeout: 10_000 })
      .toBe('triton_misconfigured');
    const answer = await embed(api);
    expect(answer.status).toBe(502);
    expect(answer.body.detail).toMatch(/FACE_V3_EMBEDDING_DIMENSION is 512.*1024/);
    expect(await healthOf(api)).toMatchObject({ status: 'degraded', triton_ready: false });
  });
});

describe('three replicas whose model is replaced one by one', () => {
  const replicas: ModelServer[] = [];
  const addresses: string[] = [];
  let api: Api;

  const startReplica = async (which: number, model: Model) => {
    const server = await startModelServer({
      FACE_V3_MODEL_SERVER_THREADS: '1',
      FACE_V3_MODEL_SERVER_PORT: addresses[which]?.split(':').at(-1) ?? '0',
      ...models[model],
    });
    replicas[which] = server;
    addresses[which] = server.ready.addresses[0] ?? '';
  };
  const replace = async (which: number, model: Model) => {
    await replicas[which]?.stop('SIGKILL');
    await startReplica(which, model);
  };

  /** What a model makes of the photo, by a server of its own. */
  const reference = async (model: Model) => {
    const server = await startModelServer({ FACE_V3_MODEL_SERVER_THREADS: '1', ...models[model] });
    const alone = await startApi({ FACE_V3_TRITON_URL: server.ready.addresses[0] });
    const { body } = await embed(alone);
    await alone.stop();
    await server.stop();
    return { id: body.model.contract_id, embedding: firstEmbedding(body) };
  };

  beforeAll(async () => {
    for (const which of [0, 1, 2]) await startReplica(which, 'plain');
    api = await startApi({ FACE_V3_TRITON_URL: `ipv4:${addresses.join(',')}` });
  });

  afterAll(async () => {
    await api.stop();
    for (const replica of replicas) await replica.stop();
  });

  it('never answer with the contract of one and the embedding of another', async () => {
    const known = new Map<string | null, number[]>();
    for (const model of ['plain', 'mean'] as const) {
      const { id, embedding } = await reference(model);
      known.set(id, embedding);
    }
    const [plain, mean] = [...known.keys()];
    expect(plain).not.toBe(mean);

    let answers = 0;
    /** Asks often enough that every replica has had its turn; what the contract says has to be true each time. */
    const contracts = async () => {
      const seen = await Promise.all(Array.from({ length: 12 }, () => embed(api)));
      for (const { status, body } of seen) {
        expect([status, body.detail]).toEqual([200, undefined]);
        const expected = known.get(body.model.contract_id) ?? [];
        expect(cosine(firstEmbedding(body), expected)).toBeGreaterThan(0.9999);
      }
      answers += seen.length;
      return [...new Set(seen.map(({ body }) => body.model.contract_id))];
    };
    const reasons = async () => (await healthOf(api)).reasons;

    expect(await contracts()).toEqual([plain]);
    await replace(2, 'mean');
    await expect.poll(reasons).toEqual([expect.stringMatching(/^1 of the replicas .* another model/)]);
    // Two of three have the old one: all answers have.
    expect(await contracts()).toEqual([plain]);
    expect(await healthOf(api)).toMatchObject({ status: 'degraded', triton_ready: true });
    expect((await request(`${api.ready.url}/healthz/ready`)).status).toBe(200);

    await replace(1, 'mean');
    await expect.poll(contracts, { timeout: 10_000 }).toEqual([mean]);
    await replace(0, 'mean');
    await expect.poll(reasons, { timeout: 10_000 }).toEqual([]);
    expect(await contracts()).toEqual([mean]);
    console.log(`three replicas, model replaced one by one: ${answers} answers, each with its own contract`);
  });
});
