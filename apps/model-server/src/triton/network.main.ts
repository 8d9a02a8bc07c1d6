import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { reportCommandFailure } from '../config/command-failure.js';
import { PackError } from '../packs/pack-error.js';
import { fitNetwork, type FittedNetwork } from './fit-network.js';

const usage = `Makes a published ONNX network fit for a TensorRT plan: batches of any size, pictures of one.

  PUBLISHED.onnx FITTED.onnx [--size WIDTHxHEIGHT]

The size counts where the network leaves it open. The result is compared with single pictures before it is written.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [from, to, ...others] = positionals;
  if (values.help || from === undefined || to === undefined || others.length > 0) {
    (values.help ? process.stdout : process.stderr).write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const published = await readFile(from).catch((cause: Error) => {
    throw new PackError(`${from} cannot be read: ${cause.message}`, { cause });
  });
  const fitted = await fitNetwork(published, readSize(values.size));
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, fitted.model);
  process.stdout.write(describe(fitted, createHash('sha256').update(published).digest('hex')));
}

function readSize(text: string | undefined): { width: number; height: number } | undefined {
  if (text === undefined) return undefined;
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(text) ?? [];
  if (width === undefined) throw new PackError(`--size is '${text}', expected a size such as 640x640`);
  return { width: Number(width), height: Number(height) };
}

/** What a profile has to say of the network. */
function describe({ input, outputs }: FittedNetwork, sha256: string): string {
  const tensor = (kind: string, { name, dims }: FittedNetwork['input']) =>
    `${kind}  ${name}  [batch, ${dims.join(', ')}]`;
  const names = { input: input.name, ...headNames(outputs) };
  return `${[
    tensor('input ', input),
    ...outputs.map((output) => tensor('output', output)),
    'For the profile:',
    `  "sha256": "${sha256}",`,
    `  "tensors": ${JSON.stringify(names)}`,
  ].join('\n')}\n`;
}

const columns = new Map([
  [1, 'score'],
  [4, 'bbox'],
  [10, 'kps'],
]);

/** The usual names of SCRFD's heads, which differ in rows and columns; of one output its own. */
function headNames(outputs: FittedNetwork['outputs']): Record<string, string> {
  if (outputs.length === 1) return Object.fromEntries(outputs.map(({ name }) => ['output', name]));
  const rows = [...new Set(outputs.map(({ dims }) => dims[0] ?? 0))].sort((a, b) => b - a);
  const heads = outputs.map(({ name, dims }) => {
    const head = columns.get(dims[1] ?? 0);
    const stride = 8 * 2 ** rows.indexOf(dims[0] ?? 0);
    return [head === undefined ? name : `${head}_${stride}`, name] as const;
  });
  const isScrfd = outputs.length === 9 && new Set(heads.map(([head]) => head)).size === 9;
  return isScrfd ? Object.fromEntries(heads.filter(([head, name]) => head !== name)) : {};
}

try {
  await main();
} catch (error) {
  reportCommandFailure(error, usage);
}
