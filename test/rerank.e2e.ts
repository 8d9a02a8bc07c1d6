import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  type RerankAnswer,
  cosine,
  postJson,
  readBase64Vector,
  request,
} from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';

interface MergeAnswer {
  readonly embedding: number[] | string;
  readonly members: { readonly weight: number; readonly outlier: boolean }[];
}

interface ModelAnswer {
  readonly contract_id: string;
  readonly dimension: number;
  readonly calibration: { readonly alpha: number; readonly tau: number; readonly calibrated: boolean };
}

describe('rerank and merge on real embeddings', () => {
  let product: Product;
  let faces: number[][];
  let rerank: string;
  let merge: string;

  beforeAll(async () => {
    product = await Product.start();
    rerank = `${product.url}/api/v1/rerank`;
    merge = `${product.url}/api/v1/merge`;
    const names = [1, 2, 3, 4, 5, 6].map((n) => `sample${n}.jpg`);
    const images = names.map((id) => ({ id, data: samplePhoto(id).toString('base64') }));
    const { body } = await postJson<EmbeddingsAnswer>(`${product.url}/api/v1/embeddings`, { images });
    faces = body.results.flatMap((result) => result.faces.map((face) => face.embedding as number[]));
  });

  afterAll(() => product.stop());

  const base64 = (vector: number[]) => Buffer.from(Float32Array.from(vector).buffer).toString('base64');
  const candidatesOf = (vectors: (number[] | string)[]) =>
    vectors.map((embedding, index) => ({ id: `face-${index}`, embedding }));

  it('scores the query itself 1 and strangers low, in the order of the candidates', async () => {
    const { status, body } = await postJson<RerankAnswer>(rerank, {
      query_embedding: faces[0],
      candidates: candidatesOf(faces),
    });
    expect(status).toBe(200);
    expect(body.candidate_count).toBe(22);
    expect(body.threshold_applied).toBe(0.5);
    expect(body.scores.map((score) => score.id)).toEqual(faces.map((_, index) => `face-${index}`));
    expect(body.scores[0]).toMatchObject({ score: 1, accepted: true });
    for (const [index, score] of body.scores.entries()) {
      expect(score.score).toBeGreaterThanOrEqual(0);
      expect(score.score).toBeLessThanOrEqual(1);
      expect(score.accepted).toBe(score.score >= 0.5);
      expect(score.cosine).toBeCloseTo(cosine(faces[0] ?? [], faces[index] ?? []), 5);
    }
    expect(body.calibration).toMatchObject({ alpha: 25, tau: 0.426, calibrated: true });
  });

  it('reads arrays and base64 alike, also mixed', async () => {
    const query = { query_embedding: base64(faces[3] ?? []), threshold: 0.9 };
    const floats = await postJson<RerankAnswer>(rerank, { ...query, candidates: candidatesOf(faces) });
    const mixed = await postJson<RerankAnswer>(rerank, {
      ...query,
      candidates: candidatesOf(faces.map((face, index) => (index % 2 === 0 ? base64(face) : face))),
    });
    expect(mixed.status).toBe(200);
    for (const [index, { score }] of mixed.body.scores.entries()) {
      expect(score).toBeCloseTo(floats.body.scores[index]?.score ?? Number.NaN, 5);
    }
  });

  it('repeats the threshold as asked and shifts scores down in a larger gallery', async () => {
    const body = { query_embedding: faces[0], candidates: candidatesOf(faces.slice(1)), threshold: 0.99 };
    const small = await postJson<RerankAnswer>(rerank, body);
    const large = await postJson<RerankAnswer>(rerank, { ...body, gallery_size: 1_000_000 });
    expect(small.body.threshold_applied).toBe(0.99);
    for (const [index, { score }] of large.body.scores.entries()) {
      expect(score).toBeLessThan(small.body.scores[index]?.score ?? 0);
    }
  });

  it('takes known subjects and a matching contract id', async () => {
    const model = await request<ModelAnswer>(`${product.url}/api/v1/model`);
    expect(model.body.dimension).toBe(512);
    const { status } = await postJson<RerankAnswer>(rerank, {
      query_embedding: faces[0],
      candidates: candidatesOf(faces).map((candidate, index) => ({
        ...candidate,
        subject: `person-${index % 3}`,
      })),
      contract_id: model.body.contract_id,
    });
    expect(status).toBe(200);
  });

  it('merges the photos of a person and points at the wrong one', async () => {
    const [a, b] = [faces[0] ?? [], faces[4] ?? []];
    const near = (vector: number[], seed: number) =>
      vector.map((value, index) => value + 0.01 * Math.sin(seed * 97 + index * 13));
    const { status, body } = await postJson<MergeAnswer>(merge, {
      embeddings: [near(a, 1), near(a, 2), near(a, 3), b],
      encoding_format: 'base64',
    });
    expect(status).toBe(200);
    expect(cosine(readBase64Vector(String(body.embedding)), a)).toBeGreaterThan(0.95);
    expect(body.members.map((member) => member.outlier)).toEqual([false, false, false, true]);
  });

  const wrong = (patch: object) => ({ query_embedding: faces[0], candidates: candidatesOf(faces), ...patch });

  it.each([
    ['a threshold above 1', () => wrong({ threshold: 1.5 }), 422, 'validation_failed'],
    ['a threshold as text', () => wrong({ threshold: '0.5' }), 422, 'validation_failed'],
    ['no candidate', () => wrong({ candidates: [] }), 422, 'validation_failed'],
    ['an unknown key', () => wrong({ treshold: 0.5 }), 422, 'validation_failed'],
    [
      'a candidate without id',
      () => wrong({ candidates: [{ embedding: faces[0] }] }),
      422,
      'validation_failed',
    ],
    ['text in an embedding', () => wrong({ query_embedding: ['a'] }), 422, 'validation_failed'],
    ['a wrong dimension', () => wrong({ query_embedding: [1, 2, 3] }), 400, 'wrong_dimension'],
    ['a zero query', () => wrong({ query_embedding: new Array(512).fill(0) }), 400, 'zero_embedding'],
    ['another contract', () => wrong({ contract_id: 'another-model' }), 400, 'contract_mismatch'],
    [
      'too many candidates',
      () => wrong({ candidates: candidatesOf(new Array<string>(1001).fill('AAAA')) }),
      400,
      'too_many_candidates',
    ],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await postJson<ErrorAnswer>(rerank, body());
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('refuses a number that is not finite, naming the candidate', async () => {
    const text = JSON.stringify(wrong({})).replace(/("id":"face-2","embedding":\[)[^,]+/, '$11e999');
    const answer = await request<ErrorAnswer>(rerank, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'non_finite_number']);
    expect(answer.body.detail).toContain('face-2');
  });
});
