import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startModelServer } from './support/product.js';
import { cacheFolder } from '../apps/model-server/src/packs/cache-folder.js';

/** onnxruntime leaves a file of this name behind when it sets its telemetry up. */
const traceOf = (folder: string, pid: number) => join(folder, `mat-debug-${pid}.log`);

it('the model server lets onnxruntime report nothing and keep nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'face-telemetry-'));
  const server = await startModelServer({
    FACE_V3_MODEL_SERVER_THREADS: '1',
    FACE_V3_CACHE_DIR: cacheFolder(process.env),
    // Where identifiers and logs would be kept.
    HOME: folder,
    TMPDIR: folder,
    XDG_CACHE_HOME: folder,
    // It keeps quiet on machines that run tests, which would hide what it does elsewhere.
    CI: undefined,
    ORT_DISABLE_TELEMETRY: undefined,
    ORT_RUNNING_UNIT_TESTS: undefined,
  });
  const { pid } = server;
  await server.stop();
  expect([traceOf('/tmp', pid), traceOf(folder, pid)].filter((path) => existsSync(path))).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
