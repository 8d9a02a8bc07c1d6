import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ErrorAnswer, type RerankAnswer, request } from './support/client.js';
import { Product } from './support/product.js';

const dimension = 512;

/** Rows that are the same in every run, exact in float32. */
const embeddings = Array.from({ length: 1001 }, (_, row) =>
  Array.from({ length: dimension }, (_, index) =>
    Math.fround(Math.sin(row * 7.1 + index * (1 + (row % 97)))),
  ),
);
const base64 = (vector: readonly number[]) =>
  Buffer.from(Float32Array.from(vector).buffer).toString('base64');

/** JSON of one embedding each, so that a test can say what stands in the place of one. */
const numbers = embeddings.map((vector) => JSON.stringify(vector));
const strings = embeddings.map((vector) => JSON.stringify(base64(vector)));

type Row = (index: number) => string | undefined;

function rerankText(rows: readonly string[], changed: Row = () => undefined, count = 1000): string {
  const candidates = Array.from({ length: count }, (_, index) => {
    const row = rows[(index % 1000) + 1] ?? '';
    return changed(index) ?? `{"id":"c${index}","embedding":${row}}`;
  });
  return `{"query_embedding":${rows[0]},"candidates":[${candidates.join(',')}]}`;
}

/** Puts `embedding` in the place of one candidate's. */
const at =
  (place: number, embedding: string): Row =>
  (index) =>
    index === place ? `{"id":"the one","embedding":${embedding}}` : undefined;

/** What JSON.parse has to say about a text, in the words of the API. */
function placeOfError(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return /position (\d+)/.exec(String(error))?.[1] ?? 'the end';
  }
  throw new Error('This is JSON.');
}

describe.each([
  ['numbers', numbers],
  ['base64', strings],
])('a thousand candidates as %s', (_form, rows) => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start();
  });

  afterAll(() => product.stop());

  const send = <Body = ErrorAnswer>(body: string | Buffer, path = 'rerank'): Promise<Answer<Body>> =>
    request<Body>(`${product.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });

  it('are scored as a few of them are', async () => {
    const { status, body } = await send<RerankAnswer>(rerankText(rows));
    expect(status).toBe(200);
    expect(body.scores.map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, index) => `c${index}`));
    const few = await send<RerankAnswer>(rerankText(rows, undefined, 3));
    for (const [index, { cosine }] of few.body.scores.entries()) {
      expect(body.scores[index]?.cosine).toBe(cosine);
    }
  });

  it('may come with blanks, a byte order mark, long ids and keys in another order', async () => {
    const plain = await send<RerankAnswer>(rerankText(rows));
    const spaced = JSON.stringify(JSON.parse(rerankText(rows)), null, 1);
    const turned = rerankText(rows, (index) => `{"embedding":${rows[index + 1]},"id":"c${index}"}`);
    const long = rerankText(rows, (index) => `{"id":"${'x'.repeat(3000)}","embedding":${rows[index + 1]}}`);
    for (const text of [spaced, `\ufeff${turned}`, long]) {
      const { status, body } = await send<RerankAnswer>(text);
      expect(status).toBe(200);
      expect(body.scores.map(({ score }) => score)).toEqual(plain.body.scores.map(({ score }) => score));
    }
  });

  it('are merged', async () => {
    const { status, body } = await send<{ members: unknown[] }>(
      `{"embeddings":[${rows.slice(1).join(',')}]}`,
      'merge',
    );
    expect([status, body.members.length]).toEqual([200, 1000]);
    const refused = await send(`{"embeddings":[${rows.slice(1, 900).join(',')},[1]]}`, 'merge');
    expect(refused.body.detail).toContain('the embedding at index 899 has 1 numbers');
  });

  it.each([
    ['a word among the numbers', '[1,2,"3"]', 422, 'validation_failed'],
    ['nothing among the numbers', '[1,2,null,4]', 422, 'validation_failed'],
    ['an array among the numbers', '[1,2,[3]]', 422, 'validation_failed'],
  ])('are refused for %s, naming its place', async (_name, embedding, status, code) => {
    const answer = await send(rerankText(rows, at(777, embedding)));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.errors).toEqual([
      { path: 'candidates[777].embedding[2]', message: 'must be a number' },
    ]);
  });

  it.each([
    ['too few numbers', '[1,2,3]', 'wrong_dimension', 'has 3 numbers, but the model gives 512'],
    ['too few bytes', '"AACAPw=="', 'wrong_dimension', 'has 1 numbers, but the model gives 512'],
    ['no number', '[]', 'wrong_dimension', 'has 0 numbers'],
    ['no base64', '"?"', 'invalid_embedding', 'is not base64'],
    ['a number that is too large', `[${'1,'.repeat(511)}1e999]`, 'non_finite_number', 'at position 511'],
  ])('are refused for %s, naming the candidate', async (_name, embedding, code, words) => {
    const answer = await send(rerankText(rows, at(777, embedding)));
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect(answer.body.detail).toContain(`the candidate 'the one' at index 777`);
    expect(answer.body.detail).toContain(words);
  });

  it.each([
    ['an unknown field', '{"id":"a","embedding":[1],"x":1}', 'candidates[777].x'],
    ['a missing field', '{"id":"a"}', 'candidates[777].embedding'],
    ['an object as embedding', '{"id":"a","embedding":{}}', 'candidates[777].embedding'],
    ['a number as id', '{"id":1,"embedding":[1]}', 'candidates[777].id'],
    ['a row that is none', '[1,2]', 'candidates[777]'],
  ])('are refused for %s', async (_name, candidate, path) => {
    const answer = await send(rerankText(rows, (index) => (index === 777 ? candidate : undefined)));
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
    expect(answer.body.errors?.map((error) => error.path)).toEqual([path]);
  });

  it.each([
    ['a word that is no JSON', (text: string) => text.replace('"id":"c600"', '"id":c600')],
    ['two commas', (text: string) => text.replace(',{"id":"c600"', ',,{"id":"c600"')],
    ['a number that is none', (text: string) => text.replace('{"id":"c600","embedding":', '$&[01],')],
    ['an end that is missing', (text: string) => text.slice(0, -2)],
    ['something after the end', (text: string) => `${text} {}`],
  ])('are refused for %s, at the place where it stops being JSON', async (_name, damage) => {
    const text = damage(rerankText(rows));
    const answer = await send(text);
    expect([answer.status, answer.body.code]).toEqual([422, 'malformed_body']);
    const place = placeOfError(text);
    expect(answer.body.detail).toBe(
      place === 'the end'
        ? 'The body is not JSON: it ends too early.'
        : `The body is not JSON: it cannot be read from character ${place} on.`,
    );
  });

  it('are refused for NaN and for bytes that are no text', async () => {
    const nan = await send(rerankText(rows, at(3, '[1, NaN]')));
    expect([nan.status, nan.body.code]).toEqual([400, 'non_finite_number']);
    const bytes = Buffer.from(rerankText(rows));
    bytes[bytes.length - 20] = 0xff;
    const answer = await send(bytes);
    expect([answer.status, answer.body.code]).toEqual([422, 'malformed_body']);
    expect(answer.body.detail).toContain('UTF-8');
  });

  it('are refused when they are too many', async () => {
    const answer = await send(rerankText(rows, undefined, 1001));
    expect([answer.status, answer.body.code]).toEqual([400, 'too_many_candidates']);
    expect(answer.body.detail).toContain('1001 candidates');
  });
});

describe('a body that is large without its embeddings', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start();
  });

  afterAll(() => product.stop());

  const many = (count: number, text: string) => Array.from({ length: count }, () => text).join(',');
  const query = `"query_embedding":${numbers[0]}`;
  const send = (body: string) =>
    request<ErrorAnswer>(`${product.url}/api/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });

  it.each([
    [
      'words in every embedding',
      `{${query},"candidates":[${many(1000, `{"id":"a","embedding":[${many(512, '"0.125"')}]}`)}]}`,
      422,
      'candidates[0].embedding[0]',
    ],
    [
      'embeddings in embeddings',
      `{${query},"candidates":[${many(1000, `{"id":"a","embedding":[${numbers[1]}]}`)}]}`,
      422,
      'candidates[0].embedding[0]',
    ],
    ['rows that are none', `{${query},"candidates":[${many(300_000, '[]')}]}`, 422, 'candidates[0]'],
    ['an unknown field', `{${query},"x":[${many(300_000, '{}')}]}`, 422, 'x'],
    [
      'very many small candidates',
      `{${query},"candidates":[${many(300_000, '{"id":"a","embedding":[1]}')}]}`,
      400,
      undefined,
    ],
    ['brackets only', '['.repeat(2_000_000), 422, undefined],
    ['very many embeddings', `{"candidates":[],"embeddings":[${many(300_000, '[1]')}]}`, 422, 'embeddings'],
  ])('is refused for %s', async (_name, body, status, path) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    if (path !== undefined) expect(answer.body.errors?.[0]?.path).toBe(path);
  });

  it('keeps nobody else waiting', async () => {
    const started = performance.now();
    const refused = send(`{${query},"candidates":[${many(1e6, '{"id":"a","embedding":[1]}')}]}`).then(
      (answer) => ({
        ...answer,
        after: performance.now() - started,
      }),
    );
    const others = Array.from({ length: 20 }, async () => {
      const { status } = await request(`${product.url}/healthz/live`);
      return { status, after: performance.now() - started };
    });
    const answers = await Promise.all(others);
    const { status, body, after } = await refused;
    expect([status, body.code]).toEqual([400, 'too_many_candidates']);
    for (const other of answers) {
      expect(other.status).toBe(200);
      // More than a second's work is before the refusal.
      expect(other.after).toBeLessThan(after);
    }
  });
});
