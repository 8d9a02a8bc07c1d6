import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePython, pythonFolder } from '../../scripts/setup/python-environment.js';
import { startConformanceServer } from '../support/conformance-server.js';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../tritonclient/', import.meta.url));
const program = `${folder}test_client.py`;
const requirements = `${folder}requirements.txt`;

const python = await preparePython({
  folder: pythonFolder(process.env, 'tritonclient'),
  requirements: ['--requirement', requirements],
  files: [requirements],
});
if ('problem' in python) console.log(`skipped: no tritonclient for Python, ${python.problem}`);

const tests = [...readFileSync(program, 'utf8').matchAll(/^ {4}def (test_\w+)/gm)].map(
  ([, name = '']) => name,
);

interface Outcome {
  readonly name: string;
  readonly problem: string | null;
}

describe.skipIf('problem' in python)("Triton's own Python client", () => {
  let server: Awaited<ReturnType<typeof startConformanceServer>>;
  let outcomes: ReadonlyMap<string, string | null>;

  beforeAll(async () => {
    server = await startConformanceServer();
    if ('problem' in python) return;
    const { stdout } = await run(python.python, [program, server.address], { timeout: 110_000 });
    const lines = stdout.trim().split('\n');
    outcomes = new Map(
      lines.map((line) => JSON.parse(line) as Outcome).map((each) => [each.name, each.problem]),
    );
  });

  afterAll(() => server.stop());

  it.each(tests)('%s', (name) => {
    expect(outcomes.get(name)).toBeNull();
  });
});
