import type { Check } from '../http/validation/checked-by.decorator.js';
import type { RowField } from '../http/validation/list-of.js';
import { EmbeddingRow } from './body/embedding-row.js';

/**
 * An embedding of a body: numbers, or base64 of little-endian float32, both read while the body was parsed. What is
 * still a string is no such base64.
 */
export type SentEmbedding = EmbeddingRow | string;

const message = 'must be an array of numbers or a base64 string';

/** A field of a row in a list, as in `candidates[3].embedding`. */
export const embeddingField: RowField = { required: true, fits: isSentEmbedding, message };

export const checkSentEmbedding: Check = (value, path, errors) => {
  if (!isSentEmbedding(value)) errors.add(path, value === undefined ? 'is required' : message);
};

export const checkSentEmbeddings: Check = (value, path, errors) => {
  if (!Array.isArray(value) || value.length === 0) {
    errors.add(path, 'must be an array with at least one embedding');
    return;
  }
  for (let index = 0; index < value.length && !errors.full; index++) {
    checkSentEmbedding(value[index], `${path}[${index}]`, errors);
  }
};

/** For the OpenAPI document. */
export const vectorSchema = {
  oneOf: [
    { type: 'array', minItems: 1, items: { type: 'number', format: 'float' } },
    { type: 'string', format: 'byte', minLength: 1 },
  ],
  description: 'As many numbers as the model has dimensions, or base64 of them as little-endian float32.',
};

function isSentEmbedding(value: unknown): value is SentEmbedding {
  return typeof value === 'string' || value instanceof EmbeddingRow;
}
