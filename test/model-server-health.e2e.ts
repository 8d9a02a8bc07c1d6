import { expect, it } from 'vitest';
import { cleanEnvironment, entries } from './support/product.js';
import { Program } from './support/process.js';

it('the model server answers probes over HTTP from the moment on when it is ready', async () => {
  const server = await Program.start<{ readonly health?: string }>(
    entries.modelServer,
    cleanEnvironment({
      FACE_V3_LOG_LEVEL: 'WARNING',
      FACE_V3_MODEL_SERVER_PORT: '0',
      FACE_V3_MODEL_SERVER_HTTP_PORT: '0',
      FACE_V3_MODEL_SERVER_THREADS: '1',
    }),
  );
  const { health } = server.ready;
  const ready = await fetch(`${health}/v2/health/ready`);
  expect([health?.startsWith('http://127.0.0.1:'), ready.status, await ready.text()]).toEqual([
    true,
    200,
    '',
  ]);
  // A connection that a probe keeps open holds nothing up.
  expect(await server.stop()).toBe(0);
  await expect(fetch(`${health}/v2/health/live`)).rejects.toThrow();
});
