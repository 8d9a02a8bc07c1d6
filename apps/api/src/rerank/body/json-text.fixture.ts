import fc from 'fast-check';

const blank = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');

/** JSON texts of a value, with blanks wherever JSON allows them. */
function spaced(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(blank, text, blank).map((parts) => parts.join(''));
}

const list = (item: fc.Arbitrary<string>, lengths: fc.ArrayConstraints) =>
  fc.array(spaced(item), lengths).map((items) => `[${items.join(',')}]`);

const field = (name: string, value: fc.Arbitrary<string>) =>
  fc.tuple(spaced(fc.constant(JSON.stringify(name))), spaced(value)).map(([key, text]) => `${key}:${text}`);

/** An object of some of the fields, in any order, now and then one twice. */
const object = (fields: readonly fc.Arbitrary<string>[], rarely: readonly fc.Arbitrary<string>[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...fields], { minLength: fields.length - 1 }),
      fc.array(fc.constantFrom(...fields, ...rarely), { maxLength: 1 }),
      fc.nat({ max: 4 }),
    )
    .chain(([most, extra, luck]) => fc.tuple(...most, ...(luck === 0 ? extra : [])))
    .map((texts) => `{${texts.join(',')}}`);

const number = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)) },
  { weight: 4, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0', '-0', '1E+2', '-1.5e-7', '123456789012345678901234567890', '5e-324'),
  },
);
/** What is no number, and no JSON where numbers are expected; `1e999` is too large for one. */
const stranger = fc.constantFrom(
  '1e999',
  '"1"',
  '"é"',
  'null',
  '[1]',
  '{}',
  'NaN',
  '-Infinity',
  '01',
  '.5',
  '+1',
  '1 2',
  '',
);

const floats = (dimension: number) => (values: number[]) =>
  Buffer.from(Float32Array.from({ length: dimension }, (_, index) => values[index] ?? 0.5).buffer);

/** Embeddings of 3 numbers, most of them usable. */
export const embeddingText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: list(number, { minLength: 3, maxLength: 3 }) },
  { weight: 1, arbitrary: list(number, { maxLength: 5 }) },
  { weight: 1, arbitrary: list(fc.oneof(number, stranger), { minLength: 2, maxLength: 4 }) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.array(fc.float(), { maxLength: 4 }),
        fc.constantFrom(3, 3, 3, 3, 2),
        fc.constantFrom<(text: string) => string>(
          (text) => text,
          (text) => text,
          (text) => text.replace(/=+$/, ''),
          (text) => text.replaceAll('/', '\\/'),
          (text) => text.replaceAll('A', '\\u0041'),
          (text) => text.replace('A', '\\ue041'),
          (text) => text.slice(1),
          (text) => `${text}=`,
          (text) => text.replace('A', '-'),
          (text) => text.replace('A', 'é'),
        ),
      )
      .map(([values, dimension, change]) => `"${change(floats(dimension)(values).toString('base64'))}"`),
  },
  { weight: 1, arbitrary: fc.constantFrom('null', '17', '{"embedding":[1,2,3]}', '[[1,2,3]]', '""', 'true') },
);

const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('embedding', '"]', '\\'));
const text = fc.oneof(
  { weight: 9, arbitrary: words.map((word) => JSON.stringify(word)) },
  { weight: 1, arbitrary: embeddingText },
);
const odd = [field('embedding', embeddingText), field('embeddings', list(embeddingText, { maxLength: 3 }))];

const candidate = object(
  [field('id', text), field('embedding', embeddingText), field('subject', text)],
  [field('embeddi\u006eg', embeddingText), field('__proto__', embeddingText), ...odd],
);

/** Bodies of /rerank, most of them usable. */
export const rerankText: fc.Arbitrary<string> = spaced(
  object(
    [
      field('query_embedding', embeddingText),
      field(
        'candidates',
        list(fc.oneof({ weight: 20, arbitrary: candidate }, { weight: 1, arbitrary: text }), {
          maxLength: 5,
        }),
      ),
    ],
    [field('threshold', number), field('query_embedding', embeddingText), field('x', text), ...odd],
  ),
);

/** Bodies of /merge, most of them usable. */
export const mergeText: fc.Arbitrary<string> = spaced(
  object(
    [
      field('embeddings', list(embeddingText, { maxLength: 5 })),
      field('encoding_format', fc.constant('"float"')),
    ],
    [field('embeddings', list(embeddingText, { maxLength: 2 })), field('contract_id', text), ...odd],
  ),
);

/** The text with up to two bytes changed, put in or taken out. */
export function damaged(source: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('"\\[]{},:0.-eE ')), fc.nat({ max: 255 }));
  const change = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 2 }),
    insert: fc.array(byte, { maxLength: 2 }),
  });
  return fc.tuple(source, fc.array(change, { maxLength: 2 })).map(([text, changes]) => {
    let bytes = Buffer.from(text);
    for (const { at, remove, insert } of changes) {
      const start = at % (bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + remove)]);
    }
    return bytes;
  });
}
