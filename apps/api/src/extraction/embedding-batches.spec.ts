import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbeddingBatches } from './embedding-batches.js';

/** "Embeds" a face as its own first number, and notes how many came in each call. */
function collect(batchLimit: number) {
  const calls: number[] = [];
  const batches = new EmbeddingBatches(batchLimit, (faces) => {
    calls.push(faces.length);
    return Promise.resolve(faces.map((face) => Float32Array.of(face[0] ?? -1)));
  });
  return { batches, calls };
}

describe('EmbeddingBatches', () => {
  it('needs as few calls as the limit allows, and gives each face its own embedding', async () => {
    const images = fc.array(fc.nat(7), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(images, fc.integer({ min: 1, max: 9 }), async (facesOfImages, batchLimit) => {
        const { batches, calls } = collect(batchLimit);
        let total = 0;
        const firsts = facesOfImages.map((faces) =>
          batches.add(Array.from({ length: faces }, () => Uint8Array.of(total++))),
        );
        const embeddings = await batches.finish();
        expect(calls).toHaveLength(Math.ceil(total / batchLimit));
        expect(calls.every((size) => size <= batchLimit)).toBe(true);
        const own = firsts.map((first, image) =>
          embeddings.slice(first, first + (facesOfImages[image] ?? 0)),
        );
        expect(own.map((each) => each.length)).toEqual(facesOfImages);
        expect(own.flat().map((embedding) => embedding[0])).toEqual(
          Array.from({ length: total }, (_, face) => face),
        );
      }),
    );
  });

  it('starts a call as soon as it is full', async () => {
    const { batches, calls } = collect(2);
    batches.add([Uint8Array.of(0)]);
    batches.add([Uint8Array.of(1)]);
    await Promise.resolve();
    expect(calls).toEqual([2]);
  });

  it('throws the failure of an early call at the end', async () => {
    const batches = new EmbeddingBatches(1, () => Promise.reject(new Error('overloaded')));
    batches.add([Uint8Array.of(0)]);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(batches.finish()).rejects.toThrow('overloaded');
  });
});
