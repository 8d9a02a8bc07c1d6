import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type FaceAnswer,
  cosine,
  postJson,
  readBase64Vector,
} from './support/client.js';
import { overlap } from './support/overlap.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';

interface ReferenceFace {
  readonly bbox: [number, number, number, number];
  readonly landmarks: [number, number][];
  readonly embedding_f32_base64: string;
}

interface Reference {
  readonly photos: { readonly file: string; readonly faces: ReferenceFace[] }[];
}

const reference = JSON.parse(
  readFileSync(new URL('./fixtures/reference-faces.json', import.meta.url), 'utf8'),
) as Reference;

function distance(a?: readonly [number, number], b?: readonly [number, number]): number {
  if (a === undefined || b === undefined) throw new Error('a landmark is missing');
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The found face that lies on the expected one. */
function matching(found: readonly FaceAnswer[], expected: ReferenceFace): FaceAnswer {
  const best = [...found].sort((a, b) => overlap(b.bbox, expected.bbox) - overlap(a.bbox, expected.bbox))[0];
  if (best === undefined) throw new Error('no face was found');
  return best;
}

const vectorOf = (face: FaceAnswer) =>
  typeof face.embedding === 'string' ? readBase64Vector(face.embedding) : Float32Array.from(face.embedding);

describe('the whole line on the sample photos', () => {
  let product: Product;
  let answer: EmbeddingsAnswer;

  beforeAll(async () => {
    product = await Product.start();
    const images = reference.photos.map((photo) => ({
      id: photo.file,
      data: samplePhoto(photo.file).toString('base64'),
    }));
    const response = await postJson<EmbeddingsAnswer>(`${product.url}/api/v1/embeddings`, { images });
    expect(response.status).toBe(200);
    answer = response.body;
  });

  afterAll(() => product.stop());

  it('finds as many faces as the reference, in request order', () => {
    expect(answer.results.map((result) => [result.image_id, result.num_faces])).toEqual(
      reference.photos.map((photo) => [photo.file, photo.faces.length]),
    );
  });

  it('puts boxes where the reference has them', () => {
    for (const [index, photo] of reference.photos.entries()) {
      for (const expected of photo.faces) {
        const face = matching(answer.results[index]?.faces ?? [], expected);
        expect(overlap(face.bbox, expected.bbox)).toBeGreaterThan(0.9);
      }
    }
  });

  it('puts landmarks where the reference has them', () => {
    const misses = reference.photos.flatMap((photo, index) =>
      photo.faces.flatMap((expected) => {
        const face = matching(answer.results[index]?.faces ?? [], expected);
        const eyes = distance(expected.landmarks[0], expected.landmarks[1]);
        return expected.landmarks.map((point, at) => distance(face.landmarks[at], point) / eyes);
      }),
    );
    misses.sort((a, b) => a - b);
    expect(misses).toHaveLength(22 * 5);
    // The reference reads them from the full photo, the model server from the letterboxed one.
    expect(misses[misses.length >> 1]).toBeLessThan(0.02);
    expect(misses.at(-1)).toBeLessThan(0.08);
  });

  it('gives the embeddings of the reference', () => {
    const cosines = reference.photos.flatMap((photo, index) =>
      photo.faces.map((expected) =>
        cosine(
          vectorOf(matching(answer.results[index]?.faces ?? [], expected)),
          readBase64Vector(expected.embedding_f32_base64),
        ),
      ),
    );
    cosines.sort((a, b) => a - b);
    expect(cosines).toHaveLength(22);
    expect(cosines[0]).toBeGreaterThan(0.98);
    expect(cosines[11]).toBeGreaterThan(0.995);
  });

  it('gives unit vectors, faces by falling confidence and the area of the box', () => {
    expect(answer.normalized_embeddings).toBe(true);
    for (const { faces } of answer.results) {
      const confidences = faces.map((face) => face.confidence);
      expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
      for (const face of faces) {
        const vector = vectorOf(face);
        expect(vector).toHaveLength(512);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
        const [x1, y1, x2, y2] = face.bbox;
        expect(face.face_size).toBeCloseTo((x2 - x1) * (y2 - y1), 0);
        expect(face.aligned_face).toBeNull();
      }
    }
  });

  it('names the model and its dimension', () => {
    expect(answer.model.dimension).toBe(512);
    expect(answer.model.contract_id).toMatch(/^[\w:.-]{8,}$/);
  });
});
