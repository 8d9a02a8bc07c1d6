import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  cosine,
  postJson,
  readBase64Vector,
  request,
} from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';

describe('ways to send a photo', () => {
  let product: Product;
  let embeddings: string;
  const photo = samplePhoto('sample1.jpg');

  beforeAll(async () => {
    product = await Product.start();
    embeddings = `${product.url}/api/v1/embeddings`;
  });

  afterAll(() => product.stop());

  it('answers the same to JSON, a data URI, multipart and a bare body', async () => {
    const data = photo.toString('base64');
    const form = new FormData();
    form.append('images', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'someone.jpg');
    const answers = await Promise.all([
      postJson<EmbeddingsAnswer>(embeddings, { images: [{ data }] }),
      postJson<EmbeddingsAnswer>(embeddings, { images: [{ data: `data:image/jpeg;base64,${data}` }] }),
      request<EmbeddingsAnswer>(embeddings, { method: 'POST', body: form }),
      request<EmbeddingsAnswer>(embeddings, {
        method: 'POST',
        body: new Uint8Array(photo),
        headers: { 'content-type': 'application/octet-stream' },
      }),
      request<EmbeddingsAnswer>(embeddings, {
        method: 'POST',
        body: new Uint8Array(photo),
        // The content decides, not the media type.
        headers: { 'content-type': 'image/png' },
      }),
    ]);
    const faces = answers.map(({ status, body }) => {
      expect(status).toBe(200);
      return body.results[0]?.faces;
    });
    expect(faces[0]).toHaveLength(3);
    for (const other of faces.slice(1)) expect(other).toEqual(faces[0]);
    expect(answers[0].body.results[0]?.image_id).toBe('image_1');
  });

  it('takes flags as form fields and several files', async () => {
    const form = new FormData();
    form.append('return_aligned_faces', 'true');
    form.append('encoding_format', 'base64');
    form.append('max_faces', '1');
    for (const name of ['sample1.jpg', 'sample2.jpg']) {
      form.append('images', new Blob([new Uint8Array(samplePhoto(name))]), name);
    }
    const { status, body } = await request<EmbeddingsAnswer>(embeddings, { method: 'POST', body: form });
    expect(status).toBe(200);
    expect(body.results).toHaveLength(2);
    expect(body.included_aligned_faces).toBe(true);
    for (const result of body.results) {
      expect(result.num_faces).toBe(1);
      const face = result.faces[0];
      expect(
        Buffer.from(face?.aligned_face ?? '', 'base64')
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
      expect(readBase64Vector(String(face?.embedding))).toHaveLength(512);
    }
  });

  it('gives the same vector as floats and as base64', async () => {
    const images = [{ data: photo.toString('base64') }];
    const floats = await postJson<EmbeddingsAnswer>(embeddings, { images });
    const packed = await postJson<EmbeddingsAnswer>(embeddings, { images, encoding_format: 'base64' });
    const [a, b] = [floats, packed].map(({ body }) => body.results[0]?.faces[0]?.embedding);
    expect(cosine(a as number[], readBase64Vector(b as string))).toBeGreaterThan(1 - 1e-9);
  });

  it('keeps faces with their image when options filter them', async () => {
    const images = ['sample4.jpg', 'sample1.jpg', 'sample5.jpg'].map((id) => ({
      id,
      data: samplePhoto(id).toString('base64'),
    }));
    const all = await postJson<EmbeddingsAnswer>(embeddings, { images });
    const largest = await postJson<EmbeddingsAnswer>(embeddings, { images, max_faces: 2 });
    const none = await postJson<EmbeddingsAnswer>(embeddings, { images, min_face_size: 5000 });
    for (const [index, { faces }] of all.body.results.entries()) {
      const sizes = faces.map((face) => face.face_size).sort((a, b) => b - a);
      const kept = faces.filter((face) => face.face_size >= (sizes[1] ?? 0));
      expect(largest.body.results[index]?.faces.map((face) => face.bbox)).toEqual(
        kept.map((face) => face.bbox),
      );
      expect(none.body.results[index]?.num_faces).toBe(0);
    }
  });

  it('finds faces without embedding them on /detections', async () => {
    const { status, body } = await postJson<EmbeddingsAnswer>(`${product.url}/api/v1/detections`, {
      images: [{ data: photo.toString('base64') }],
    });
    expect(status).toBe(200);
    expect(body.results[0]?.num_faces).toBe(3);
    expect(body.results[0]?.faces[0]).not.toHaveProperty('embedding');
  });

  it('refuses a batch with an image that does not decode, naming it', async () => {
    const broken = { id: 'passport', data: Buffer.from('not a picture').toString('base64') };
    const images = [{ id: 'fine', data: photo.toString('base64') }, broken];
    const { status, body } = await postJson<ErrorAnswer>(embeddings, { images });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_image');
    expect(body.detail).toContain('passport');
    expect(body.detail).toContain('1');
  });

  it('answers for the others with on_error partial', async () => {
    const images = [
      { id: 'broken', data: Buffer.from('not a picture').toString('base64') },
      { id: 'fine', data: photo.toString('base64') },
    ];
    const { status, body } = await postJson<EmbeddingsAnswer>(embeddings, { images, on_error: 'partial' });
    expect(status).toBe(200);
    expect(body.results[0]).toMatchObject({
      image_id: 'broken',
      num_faces: 0,
      error: { code: 'invalid_image' },
    });
    expect(body.results[1]).toMatchObject({ image_id: 'fine', num_faces: 3 });
  });

  it.each([
    ['base64 that is none', { images: [{ data: '§§§' }] }, 400, 'invalid_base64'],
    ['nine images', { images: Array.from({ length: 9 }, () => ({ data: 'AAAA' })) }, 400, 'too_many_images'],
    ['no image', { images: [] }, 422, 'validation_failed'],
    ['no images field', {}, 422, 'validation_failed'],
    ['an unknown key', { images: [{ data: 'AAAA' }], imagges: [] }, 422, 'validation_failed'],
    ['an unknown key in an image', { images: [{ data: 'AAAA', url: 'x' }] }, 422, 'validation_failed'],
    ['a number for data', { images: [{ data: 7 }] }, 422, 'validation_failed'],
    [
      'a flag that is no boolean',
      { images: [{ data: 'AAAA' }], return_aligned_faces: 'x' },
      422,
      'validation_failed',
    ],
    ['null', null, 422, 'validation_failed'],
    ['an array', [], 422, 'validation_failed'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await postJson<ErrorAnswer>(embeddings, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toMatch(/\w+ \w+/);
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('names path and message of each field that does not fit', async () => {
    const { body } = await postJson<ErrorAnswer>(embeddings, { images: [{ data: 'AAAA' }, { data: 7 }] });
    expect(body.errors?.map((error) => error.path)).toContain('images[1].data');
  });

  it.each([
    ['text/plain', 'hello', 415, 'unsupported_media_type'],
    ['application/json', '{"images": [', 422, 'malformed_body'],
    ['application/octet-stream', 'hello', 400, 'invalid_image'],
    ['image/jpeg', '', 400, 'invalid_image'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>', 400, 'unsupported_image_format'],
  ])('refuses a body of %s: %s', async (type, body, status, code) => {
    const answer = await request<ErrorAnswer>(embeddings, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('answers unknown paths and wrong methods in the same form', async () => {
    const missing = await request<ErrorAnswer>(`${product.url}/api/v1/nothing`);
    expect([missing.status, missing.body.code]).toEqual([404, 'not_found']);
    const method = await request<ErrorAnswer>(embeddings);
    expect([method.status, method.body.code]).toEqual([405, 'method_not_allowed']);
    expect(method.headers.get('allow')).toContain('POST');
  });

  it('echoes a request id of the caller', async () => {
    const { headers } = await request(`${product.url}/healthz`, { headers: { 'x-request-id': 'abc-123' } });
    expect(headers.get('x-request-id')).toBe('abc-123');
  });
});
