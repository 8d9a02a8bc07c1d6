import { FaceError } from '@face/errors';
import type { Type } from '@nestjs/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBody } from '../../http/validation/check-body.js';
import { MergeRequest } from '../merge.request.js';
import { readEmbeddings } from '../read-embeddings.js';
import { RerankRequest } from '../rerank.request.js';
import type { SentEmbedding } from '../sent-embedding.js';
import { damaged, mergeText, rerankText } from './json-text.fixture.js';
import { putRowsBack } from './marked-rows.js';
import { parseEmbeddingBody } from './parse-embedding-body.js';
import { elementsOf, parsePlainly } from './plain-body.fixture.js';

const dimension = 3;

type Read = (sent: SentEmbedding, name: { path: string; name: string }) => number[];

/** All that anybody behind the parser can see of a body: its fields with every number, or the error. */
function outcomeOf(type: Type<RerankRequest | MergeRequest>, parse: () => unknown, read: Read): unknown {
  try {
    const request = checkBody(parse(), type);
    if (request instanceof MergeRequest) {
      const { embeddings, ...rest } = request;
      return {
        ...rest,
        embeddings: embeddings.map((sent, index) => read(sent, { path: `e${index}`, name: `${index}` })),
      };
    }
    const { query_embedding, candidates, ...rest } = request;
    return {
      ...rest,
      query: read(query_embedding, { path: 'q', name: 'q' }),
      candidates: candidates.map((candidate, index) => ({
        ...candidate,
        embedding: read(candidate.embedding, { path: `c${index}`, name: candidate.id }),
      })),
    };
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    return { code: error.code, message: error.message, errors: error.errors };
  }
}

const fast = (bytes: Buffer, type: Type<RerankRequest | MergeRequest>) =>
  outcomeOf(
    type,
    () => {
      const { value, text, marked } = parseEmbeddingBody(bytes);
      // What goes over from another thread is the text, where there is one.
      return putRowsBack(text === undefined ? value : JSON.parse(text), marked);
    },
    (sent, name) => [...readEmbeddings({ length: 1, at: () => sent, nameOf: () => name }, dimension)],
  );

const plain = (bytes: Buffer, type: Type<RerankRequest | MergeRequest>) =>
  outcomeOf(
    type,
    () => parsePlainly(bytes),
    (sent, name) => elementsOf(sent, dimension, name),
  );

describe('parseEmbeddingBody', () => {
  it.each([
    ['/rerank', RerankRequest, rerankText],
    ['/merge', MergeRequest, mergeText],
  ])('reads bodies of %s as JSON.parse and a plain loop do, damaged or not', (_name, type, text) => {
    const seen = new Map<unknown, number>();
    fc.assert(
      fc.property(damaged(text), (bytes) => {
        const expected = plain(bytes, type);
        const code = (expected as { code?: string }).code;
        seen.set(code, (seen.get(code) ?? 0) + 1);
        expect(fast(bytes, type)).toStrictEqual(expected);
      }),
      { numRuns: 4000 },
    );
    // Every kind of outcome has to be among them, or the comparison says little.
    const codes = [
      'malformed_body',
      'validation_failed',
      'wrong_dimension',
      'non_finite_number',
      'invalid_embedding',
    ];
    for (const code of [undefined, ...codes]) expect([code, seen.get(code) ?? 0]).not.toEqual([code, 0]);
  });

  const numbers = '[0.5,-1,2e-3]';
  const base64 = '"AACAPwAAAEAAAEBA"';

  it.each([
    ['a byte order mark', `\ufeff{"query_embedding":${numbers}}`, 1],
    [
      'both forms and blanks',
      `{ "query_embedding" :\n${numbers} , "candidates":[{"embedding" : ${base64}}]}`,
      2,
    ],
    ['slashes with a backslash', '{"query_embedding":"AACAPwAAAEAA\\/\\/8\\/"}', 1],
    ['a list', `{"embeddings": [ ${numbers},\t${base64} ]}`, 2],
    ['names in other places', `{"id":"embedding","x":${numbers},"y":["embedding",${numbers}]}`, 0],
    ['names with an escape', `{"e\\u006dbedding":${numbers}}`, 0],
  ])('takes embeddings out of the text: %s', (_name, text, count) => {
    const body = parseEmbeddingBody(Buffer.from(text));
    expect(JSON.parse(body.text ?? '')).toEqual(body.value);
    expect(body.text).toHaveLength(body.characters);
    expect([...(body.text ?? '').matchAll(/"[\w-]{16}:\d+"/g)]).toHaveLength(count);
  });

  it.each([
    ['an escape in base64', '{"query_embedding":"\\u0041AAAAA=="}', [-1]],
    ['a list that is interrupted', `{"embeddings":[${numbers},7,${base64}]}`, [3, -3]],
    ['an array in an array', `{"query_embedding":[${numbers}]}`, [0]],
  ])('finds embeddings that only JSON.parse can read: %s', (_name, text, lengths) => {
    const body = parseEmbeddingBody(Buffer.from(text));
    expect(body.text).toBeUndefined();
    expect([...body.marked.rows.lengths]).toEqual(lengths);
  });

  it('ends soon on a text that is nothing but the beginnings of arrays', () => {
    const text = '{"embedding":['.repeat(200_000);
    expect(() => parseEmbeddingBody(Buffer.from(text))).toThrow(/not JSON/);
  });
});
