import { shortestFloat32 } from './shortest-float32.js';

/** How embeddings are written: an array of numbers, or base64 of little-endian float32. */
export const encodingFormats = ['float', 'base64'] as const;
export type EncodingFormat = (typeof encodingFormats)[number];

/** Both formats hold the same float32 values. */
export function encodeEmbedding(embedding: Float32Array, format: EncodingFormat): number[] | string {
  if (format === 'base64') {
    return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64');
  }
  // Array.from with a mapping takes half as long again.
  const numbers = new Array<number>(embedding.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = shortestFloat32(embedding[i] ?? Number.NaN);
  return numbers;
}
