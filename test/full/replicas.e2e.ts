import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectedPictures } from '../support/detected-pictures.js';
import { NameServer } from '../support/name-server.js';
import { samplePhoto } from '../support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from '../support/product.js';
import { SteadyLoad } from '../support/steady-load.js';

const callers = 6;
/** Requests after which the last trouble must have shown. */
const aWhile = 60;

/** Replicas of a headless service: each has an address of its own, all have the same port. */
describe.skipIf(process.platform !== 'linux')('three model servers behind one name', () => {
  const replicas = new Map<string, ModelServer>();
  let names: NameServer;
  let api: Api;
  let port = '0';

  beforeAll(async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) await startReplica(host);
    names = await NameServer.start([...replicas.keys()]);
    api = await startApi({
      // In a cluster the system's resolver asks such a server; here it is asked directly.
      GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true',
      FACE_V3_TRITON_URL: `dns://${names.address}/replicas.test:${port}`,
    });
  });

  afterAll(async () => {
    await api.stop();
    for (const replica of replicas.values()) await replica.stop();
    names.stop();
  });

  async function startReplica(host: string): Promise<void> {
    const server = await startModelServer({
      FACE_V3_MODEL_SERVER_HOST: host,
      FACE_V3_MODEL_SERVER_PORT: port,
      FACE_V3_MODEL_SERVER_THREADS: '1',
      FACE_V3_MODEL_SERVER_MAX_CONNECTION_AGE_SECONDS: '3',
    });
    port = server.ready.addresses[0]?.split(':').at(-1) ?? '';
    replicas.set(host, server);
  }

  const replica = (host: string) => {
    const found = replicas.get(host);
    if (found === undefined) throw new Error(`there is no replica at ${host}`);
    return found;
  };
  const pictures = (host: string) => detectedPictures(`${host}:${port}`);

  const photo = samplePhoto('sample1.jpg');
  const load = () =>
    new SteadyLoad(callers, () =>
      fetch(`${api.ready.url}/api/v1/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body: new Uint8Array(photo),
      }),
    );

  it('share the work evenly', async () => {
    const traffic = load();
    await traffic.further(aWhile);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    const shares = await Promise.all([...replicas.keys()].map(pictures));
    expect(Math.min(...shares)).toBeGreaterThan(aWhile / 3 / 2);
  });

  it('cost no request when one is killed, and when it is back', async () => {
    const traffic = load();
    await traffic.further(aWhile);
    await replica('127.0.0.2').stop('SIGKILL');
    await traffic.further(aWhile);
    await startReplica('127.0.0.2');
    await expect.poll(() => pictures('127.0.0.2'), { timeout: 10_000 }).toBeGreaterThan(5);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
  });

  it('cost time, and no request, when one is frozen', async () => {
    const traffic = load();
    await traffic.further(aWhile);
    const { pid } = replica('127.0.0.1');
    process.kill(pid, 'SIGSTOP');
    try {
      await traffic.further(2 * aWhile);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await traffic.stop();
    const slowest = Math.max(...traffic.requests.map(({ milliseconds }) => milliseconds));
    console.log(
      `one of three replicas frozen: ${traffic.failed.length} failed, slowest ${(slowest / 1000).toFixed(1)} s`,
    );
    expect(traffic.failed).toEqual([]);
  });

  it('cost no request when one is asked to end', async () => {
    const traffic = load();
    await traffic.further(aWhile);
    expect(await replica('127.0.0.3').stop()).toBe(0);
    await traffic.further(aWhile);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
  });

  it('are replaced by one at another address, which the name then has', async () => {
    const traffic = load();
    await startReplica('127.0.0.4');
    names.addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.4'];
    // Nothing breaks that would make a client look: a connection has come of age.
    await expect.poll(() => pictures('127.0.0.4'), { timeout: 15_000 }).toBeGreaterThan(5);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
  });
});
