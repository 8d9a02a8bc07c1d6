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
import { cutBody, parseText, readEmbeddingBody } from './embedding-body.js';
import { markedRows, putRowsBack, takeRowsOut } from './marked-rows.js';
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

const fast = (bytes: Buffer, type: Type<RerankRequest | MergeRequest>, parse: (bytes: Buffer) => unknown) =>
  outcomeOf(
    type,
    () => parse(bytes),
    (sent, name) => [...readEmbeddings({ length: 1, at: () => sent, nameOf: () => name }, dimension)],
  );

/** As a thread reads what is large without its embeddings. */
function readInThread(bytes: Buffer): unknown {
  const cut = cutBody(bytes);
  const value = cut === undefined ? undefined : parseText(cut.text);
  if (cut === undefined || value === undefined) return readEmbeddingBody(bytes);
  takeRowsOut(value, cut.rows);
  return putRowsBack(structuredClone(value), structuredClone(markedRows(cut.rows)));
}

const plain = (bytes: Buffer, type: Type<RerankRequest | MergeRequest>) =>
  outcomeOf(
    type,
    () => parsePlainly(bytes),
    (sent, name) => elementsOf(sent, dimension, name),
  );

describe('a body of embeddings', () => {
  it.each([
    ['/rerank', RerankRequest, rerankText],
    ['/merge', MergeRequest, mergeText],
  ])(
    'of %s is read as JSON.parse and a plain loop do, damaged or not',
    (_name, type, text) => {
      const seen = new Map<unknown, number>();
      fc.assert(
        fc.property(damaged(text), (bytes) => {
          const expected = plain(bytes, type);
          const code = (expected as { code?: string }).code;
          seen.set(code, (seen.get(code) ?? 0) + 1);
          expect(fast(bytes, type, readEmbeddingBody)).toStrictEqual(expected);
          expect(fast(bytes, type, readInThread)).toStrictEqual(expected);
        }),
        { numRuns: 1500 },
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
    },
    60_000,
  );

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
  ])('has its embeddings taken out of the text: %s', (_name, body, count) => {
    const { text = '', rows } = cutBody(Buffer.from(body)) ?? {};
    expect(parseText(text)).toBeDefined();
    expect(rows?.count).toBe(count);
    expect([...text.matchAll(/"[\w-]{16}:\d+"/g)]).toHaveLength(count);
  });

  it.each([
    ['an escape in base64', '{"query_embedding":"\\u0041AAAAA=="}', 0, [-1]],
    ['a list that is interrupted', `{"embeddings":[${numbers},7,${base64}]}`, 1, [3, -3]],
    ['an array in an array', `{"query_embedding":[${numbers}]}`, 0, [0]],
  ])('has embeddings that only JSON.parse can read: %s', (_name, body, count, lengths) => {
    const { text = '', rows } = cutBody(Buffer.from(body)) ?? {};
    expect(rows?.count).toBe(count);
    if (rows === undefined) return;
    takeRowsOut(parseText(text), rows);
    expect([...rows.pack().lengths]).toEqual(lengths);
  });

  it('is looked through once, also when it is nothing but beginnings of arrays', () => {
    const body = Buffer.from('{"embedding":['.repeat(200_000));
    expect(() => readEmbeddingBody(body)).toThrow(/not JSON/);
  });
});
