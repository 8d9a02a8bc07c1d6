import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedServer } from '../libs/triton/test/scripted-server.js';
import { type EmbeddingsAnswer, type ErrorAnswer, postJson } from './support/client.js';
import { type Api, startApi } from './support/programs.js';
import { inferFaces } from './support/scripted-models.js';

/** Small files, 48 MB each when they are decoded: so many of them would be 3.8 GB. */
const side = 4000;
const requests = 10;
const photosOfEach = 8;
/** Half a gigabyte of decoded photos, and what the program, bodies and the decoder itself need. */
const mostMegabytes = 1536;

/** Linux only: elsewhere nothing tells the most that a process had. */
describe.skipIf(process.platform !== 'linux')('large photos while the model server hangs', () => {
  let server: ScriptedServer;
  let api: Api;

  beforeAll(async () => {
    server = await ScriptedServer.start({ infer: (sent) => inferFaces(sent) });
    api = await startApi({ FACE_V3_TRITON_URL: server.address, FACE_V3_REQUEST_TIMEOUT_SECONDS: '10' });
  });

  afterAll(async () => {
    await api.stop();
    server.stop();
  });

  it('do not fill the memory: they are decoded as others are done, or not at all', async () => {
    const photo = await sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    const data = photo.toString('base64');
    const embed = (count: number) =>
      postJson<EmbeddingsAnswer & ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, {
        images: Array.from({ length: count }, () => ({ data })),
      });
    expect((await embed(1)).status).toBe(200);

    server.script.infer = () => new Promise(() => undefined);
    const answers = await Promise.all(Array.from({ length: requests }, () => embed(photosOfEach)));
    const most = mostResidentMegabytes(api.pid);
    console.log(
      `${requests * photosOfEach} photos of 48 MB while the model server hangs: the API had ${most.toFixed(0)} MB`,
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(requests).fill(504));
    expect(most).toBeLessThan(mostMegabytes);

    server.script.infer = (sent) => inferFaces(sent);
    const after = await embed(1);
    expect([after.status, after.body.results[0]?.num_faces]).toEqual([200, 1]);
  });
});

function mostResidentMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
