import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from '../support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from '../support/product.js';
import { type Proxy, proxyKinds } from '../support/proxy.js';
import { SteadyLoad } from '../support/steady-load.js';

const callers = 6;
const rounds = 2;
/** Requests between two restarts. */
const aWhile = 30;

for (const { name, present } of proxyKinds) {
  if (!present) console.log(`skipped: restarts behind ${name}, which is not installed`);
}

describe.each(proxyKinds.filter(({ present }) => present))(
  'the API, once alone and once as two workers, behind $name',
  (kind) => {
    let folder: string;
    let modelServer: ModelServer;
    let apis: [Api, Api];
    let proxy: Proxy;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'face-rolling-'));
      modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket() });
      apis = [await startProcess(1), await startProcess(2)];
      proxy = await kind.start(folder, [portOf(apis[0]), portOf(apis[1])]);
    });

    afterAll(async () => {
      await proxy.stop();
      for (const api of apis) await api.stop();
      await modelServer.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const socket = () => join(folder, 's.sock');
    const portOf = (api: Api) => Number(new URL(api.ready.url).port);
    const startProcess = (workers: number, port = 0) =>
      startApi({
        FACE_V3_TRITON_URL: `unix:${socket()}`,
        FACE_V3_PORT: String(port),
        FACE_V3_WORKERS: String(workers),
        FACE_V3_SHUTDOWN_DELAY_SECONDS: '3',
      });

    it('is restarted, one after the other, without a failed request', async () => {
      const photo = new Uint8Array(samplePhoto('sample1.jpg'));
      const traffic = new SteadyLoad(callers, () =>
        fetch(`${proxy.url}/api/v1/embeddings`, {
          method: 'POST',
          headers: { 'content-type': 'image/jpeg' },
          body: photo,
        }),
      );
      await traffic.further(aWhile);
      for (let round = 0; round < rounds; round++) {
        for (const which of [0, 1] as const) {
          const port = portOf(apis[which]);
          expect(await apis[which].stop()).toBe(0);
          apis[which] = await startProcess(which + 1, port);
          await proxy.settled();
          await traffic.further(aWhile);
        }
      }
      await traffic.stop();
      expect(traffic.failed).toEqual([]);
    });

    it('loses no request but those in flight when one is killed', async () => {
      const answers = new SteadyLoad(callers, () => fetch(`${proxy.url}/healthz/live`));
      await answers.further(aWhile);
      await apis[0].stop('SIGKILL');
      await answers.further(10 * aWhile);
      await answers.stop();
      // Those that it had begun are lost, unless the proxy sends them again.
      expect(answers.failed.length).toBeLessThanOrEqual(callers);
      expect(answers.requests.slice(-5 * aWhile).every(({ status }) => status === 200)).toBe(true);
    });
  },
);
