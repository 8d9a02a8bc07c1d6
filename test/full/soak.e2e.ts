import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../support/product.js';

const bootstrap = new URL('../../scripts/bootstrap.mjs', import.meta.url).pathname;

/** `npm run soak` without npm. */
async function soak(...options: string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [bootstrap, 'soak', ...options], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed };
}

interface Trend {
  readonly early: number;
  readonly late: number;
  readonly highest: number;
}

/** The part of soak.json that is looked at. */
interface SoakReport {
  readonly requests: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly surprises: Readonly<Record<string, number>>;
  readonly memory: Readonly<Record<'api' | 'modelServer', Trend>>;
  readonly handles: Readonly<Record<'api' | 'modelServer', Trend>>;
}

/** Resident megabytes that each program may have, whatever its photos; the model server has one thread. */
const mostMegabytes = { api: 2048, modelServer: 1024 };

describe.skipIf(process.platform !== 'linux')('three minutes of mixed requests at 70 % of capacity', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-soak-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are all answered as they should be, within bounds of memory and handles', async () => {
    const { code, printed } = await soak('--minutes', '3', '--out', folder);
    process.stdout.write(printed);
    expect(code, printed).toBe(0);
    const report = JSON.parse(await readFile(join(folder, 'soak.json'), 'utf8')) as SoakReport;
    expect(report.surprises).toEqual({});
    expect(report.requests).toBeGreaterThan(500);
    expect(report.ends['hung up']).toBeGreaterThan(0);
    for (const program of ['api', 'modelServer'] as const) {
      expect(report.memory[program].highest).toBeLessThan(mostMegabytes[program]);
      const { early, late } = report.handles[program];
      // A queue on a busy machine is a connection for each of its requests; a leak would be hundreds.
      expect(late - early).toBeLessThan(200);
    }
    expect(await readFile(join(folder, 'soak.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const [header = '', ...rows] = (await readFile(join(folder, 'soak.csv'), 'utf8')).trim().split('\n');
    expect(rows.length).toBeGreaterThan(10);
    expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([header.split(',').length]));
  });
});
