import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from '../support/photos.js';
import { type Api, startApi } from '../support/product.js';
import { SteadyLoad } from '../support/steady-load.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const callers = 6;
const aWhile = 30;

describe('two real Tritons behind one API', () => {
  let folder: string;
  let tritons: [TritonServer, TritonServer];
  let api: Api;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-replicas-'));
    const repository = join(folder, 'models');
    await writeTritonRepository('onnx-cpu', repository);
    tritons = [await TritonServer.start(repository), await TritonServer.start(repository)];
    api = await startApi({
      FACE_V3_TRITON_URL: `ipv4:${tritons.map(({ address }) => address).join(',')}`,
    });
  });

  afterAll(async () => {
    await api.stop();
    for (const triton of tritons) await triton.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('lose no request when one is asked to end, which it takes seconds for', async () => {
    const photo = new Uint8Array(samplePhoto('sample1.jpg'));
    const traffic = new SteadyLoad(callers, () =>
      fetch(`${api.ready.url}/api/v1/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body: photo,
      }),
    );
    await traffic.further(aWhile);
    const before = traffic.requests.length;
    expect(await tritons[0].stop()).toBe(0);
    expect(traffic.requests.length).toBeGreaterThan(before);
    await traffic.further(aWhile);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
  });
});
