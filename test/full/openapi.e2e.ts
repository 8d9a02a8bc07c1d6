import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePython, pythonFolder } from '../../scripts/setup/python-environment.js';
import { Product } from '../support/product.js';

const key = 'a-key-with-more-than-16-characters';

const requirements = fileURLToPath(new URL('../schemathesis/requirements.txt', import.meta.url));
const python = await preparePython({
  folder: pythonFolder(process.env, 'schemathesis'),
  requirements: ['--requirement', requirements],
  files: [requirements],
});
if ('problem' in python) console.log(`skipped: no schemathesis for Python, ${python.problem}`);

/**
 * What an answer has to be like. Not that everything valid is accepted: no schema says that a string is a photo, or how
 * many numbers the vectors of the model have.
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
];

describe.skipIf('problem' in python)('the description of the API', () => {
  let product: Product;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'face-schemathesis-'));
    // Wrong keys are part of what is tried.
    product = await Product.start({ api: { FACE_V3_API_KEY: key, FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '0' } });
  });

  afterAll(async () => {
    await product.stop();
    rmSync(folder, { recursive: true });
  });

  it('is what the API does, for right requests and wrong ones', async () => {
    if ('problem' in python) return;
    const args = [
      '-m',
      'schemathesis.cli',
      'run',
      `${product.url}/openapi.json`,
      '--url',
      product.url,
      '--header',
      `X-API-KEY: ${key}`,
    ];
    const campaign = [
      '--checks',
      checks.join(),
      '--phases',
      'examples,coverage,fuzzing',
      '--max-examples',
      '100',
    ];
    const output = ['--seed', '1', '--continue-on-failure', '--no-color', '--generation-database', 'none'];
    const { code, printed } = await run(python.python, [...args, ...campaign, ...output], folder);
    console.log(printed.trim().split('\n').at(-1));
    expect(code, printed).toBe(0);
    expect(Number(/(\d+) generated/.exec(printed)?.[1])).toBeGreaterThan(500);
  });
});

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: 540_000, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        printed: stdout + stderr,
      });
    });
  });
}
