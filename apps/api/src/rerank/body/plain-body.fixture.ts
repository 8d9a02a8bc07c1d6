import { FaceError } from '@face/errors';
import { parseJson } from '../../http/body/parse-json.js';
import { EmbeddingRow } from './embedding-row.js';

/**
 * For specs: a body read without a thought for speed, as the yardstick of what is read fast. Every array and string in
 * the place of an embedding becomes a stand-in, whose elements `elementsOf` looks at.
 */
export function parsePlainly(bytes: Buffer): unknown {
  const value = parseJson(bytes, 'json');
  if (!isRecord(value)) return value;
  if ('query_embedding' in value) value['query_embedding'] = standIn(value['query_embedding']);
  const { candidates, embeddings } = value;
  for (const row of Array.isArray(candidates) ? (candidates as unknown[]) : []) {
    if (isRecord(row) && 'embedding' in row) row['embedding'] = standIn(row['embedding']);
  }
  if (Array.isArray(embeddings)) value['embeddings'] = embeddings.map(standIn);
  return value;
}

class StandIn extends EmbeddingRow {
  constructor(readonly sent: readonly unknown[] | string) {
    super(new ArrayBuffer(0), Float64Array, 0, 0, undefined);
  }
}

function standIn(value: unknown): unknown {
  return typeof value === 'string' || Array.isArray(value) ? new StandIn(value) : value;
}

/** @throws FaceError, as readEmbeddings() has to for this embedding */
export function elementsOf(
  embedding: unknown,
  dimension: number,
  { path, name }: { readonly path: string; readonly name: string },
): number[] {
  if (!(embedding instanceof StandIn)) throw new Error('This body was not parsed plainly.');
  const { sent } = embedding;
  const values = typeof sent === 'string' ? decode(sent, dimension, name) : sent;
  const stranger = values.findIndex((value) => typeof value !== 'number');
  if (stranger !== -1) {
    const message = `The body does not fit the schema: ${path} must hold numbers only.`;
    const errors = [{ path: `${path}[${stranger}]`, message: 'must be a number' }];
    throw new FaceError('validation_failed', message, { errors });
  }
  if (values.length !== dimension) throw wrongDimension(values.length, dimension, name);
  const notFinite = values.findIndex((value) => !Number.isFinite(value));
  if (notFinite === -1) return values as number[];
  const message = `The embedding of ${name} has a number at position ${notFinite} that is not finite.`;
  throw new FaceError('non_finite_number', message);
}

function decode(text: string, dimension: number, name: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  const padded = bytes.toString('base64');
  const is = (characters: number) => text.length === characters;
  const right = bytes.length === dimension * 4;
  const whole = is(padded.length) || is(padded.replace(/=+$/, '').length);
  const clean = /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  if (right && whole && clean) return [...new Float32Array(Uint8Array.from(bytes).buffer)];
  if (clean && bytes.length % 4 === 0 && !right) throw wrongDimension(bytes.length / 4, dimension, name);
  const message = `The embedding of ${name} is not base64 of little-endian float32 numbers.`;
  throw new FaceError('invalid_embedding', message);
}

function wrongDimension(got: number, expected: number, name: string): FaceError {
  const message = `The embedding of ${name} has ${got} numbers, but the model gives ${expected}.`;
  return new FaceError('wrong_dimension', message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
