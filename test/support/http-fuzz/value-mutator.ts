import type { ByteMutator } from './byte-mutator.js';

/** As they stand in JSON: numbers and words that no value of JavaScript could be written as are among them. */
const odd = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e308',
  '1e999',
  '-1e999',
  '1e-999',
  '9007199254740993',
]
  .concat([
    'NaN',
    'Infinity',
    '""',
    '"a"',
    '"\\u0000"',
    '"\\ud800"',
    '"data:image/png;base64,"',
    '"AAAA"',
    '"§"',
  ])
  .concat([
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[[[[[[[[]]]]]]]]',
    '{"a":1}',
    '{"__proto__":[]}',
    '{"length":1e9}',
    '01',
    '.5',
  ])
  .concat([
    `"${'x'.repeat(5000)}"`,
    `[${'0,'.repeat(5000)}0]`,
    '"../../etc/passwd"',
    '"\\n\\r\\n"',
    "'a'",
    'undefined',
  ]);

const oddNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'images',
  'data',
  'id',
  'embedding',
  '\u0000',
];

/** Writes a value as JSON, with some of its parts replaced, left out, doubled or renamed. */
export function mutateValue(value: unknown, chance: ByteMutator): string {
  // About one part in as many as it has.
  const parts = countParts(value);
  const hit = () => chance.below(parts) === 0;
  const write = (part: unknown): string => {
    if (hit()) return chance.one(odd);
    if (Array.isArray(part)) {
      const items = part
        .filter(() => !hit())
        .flatMap((item) => (hit() ? [write(item), write(item)] : [write(item)]));
      return `[${items.join()}]`;
    }
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const fields = Object.entries(part)
      .filter(() => !hit())
      .flatMap(([name, field]) => {
        const written = `${JSON.stringify(hit() ? chance.one(oddNames) : name)}:${write(field)}`;
        return hit() ? [written, `${JSON.stringify(name)}:${chance.one(odd)}`] : [written];
      });
    if (hit()) fields.push(`${JSON.stringify(chance.one(oddNames))}:${chance.one(odd)}`);
    return `{${fields.join()}}`;
  };
  return write(value);
}

/** Of long lists of numbers a few count: an embedding is one part of a body like others. */
function countParts(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const parts = Object.values(value);
  return 1 + parts.slice(0, 8).reduce<number>((sum, part) => sum + countParts(part), 0);
}
