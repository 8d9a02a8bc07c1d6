import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type EmbeddingsAnswer, type FaceAnswer, cosine, postJson } from './client.js';
import { type Api, type ModelServer, startApi, startModelServer } from './programs.js';
import { TritonServer } from './triton-server.js';

/** The API in front of our model server, and in front of a real Triton that shall serve the same. */
export class TwoServers {
  private constructor(
    private readonly folder: string,
    private readonly modelServer: ModelServer,
    readonly triton: TritonServer,
    private readonly apis: readonly [ours: Api, theirs: Api],
  ) {}

  /**
   * @param settings of the model server
   * @param writeRepository writes Triton's models into a folder
   */
  static async start(
    settings: NodeJS.ProcessEnv,
    writeRepository: (folder: string) => Promise<void>,
  ): Promise<TwoServers> {
    const folder = await mkdtemp(join(tmpdir(), 'face-two-'));
    const socket = join(folder, 's.sock');
    const repository = join(folder, 'models');
    await writeRepository(repository);
    const triton = await TritonServer.start(repository);
    const modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket, ...settings });
    const ours = await startApi({ FACE_V3_TRITON_URL: `unix:${socket}` });
    const theirs = await startApi({ FACE_V3_TRITON_URL: triton.url });
    return new TwoServers(folder, modelServer, triton, [ours, theirs]);
  }

  async stop(): Promise<void> {
    for (const api of this.apis) await api.stop();
    await this.modelServer.stop();
    expect(await this.triton.stop()).toBe(0);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Answers to one request, of our model server and of Triton. */
  async post<Body>(path: string, body: unknown): Promise<[ours: Body, theirs: Body]> {
    const [ours, theirs] = await Promise.all(
      this.apis.map(async ({ ready }) => {
        const answer = await postJson<Body>(`${ready.url}/api/v1/${path}`, body);
        expect(answer.status).toBe(200);
        return answer.body;
      }),
    );
    if (ours === undefined || theirs === undefined) throw new Error('an answer is missing');
    return [ours, theirs];
  }

  /**
   * Sends photos to both and expects the same of both.
   * @returns number of faces in all photos
   */
  async expectSameFaces(photos: readonly Buffer[]): Promise<number> {
    let faces = 0;
    for (let first = 0; first < photos.length; first += 8) {
      const images = photos.slice(first, first + 8).map((photo) => ({ data: photo.toString('base64') }));
      const [ours, theirs] = await this.post<EmbeddingsAnswer>('embeddings', { images });
      expect(theirs.model).toEqual(ours.model);
      expect(theirs.results.map(({ num_faces }) => num_faces)).toEqual(
        ours.results.map(({ num_faces }) => num_faces),
      );
      const found = theirs.results.flatMap((result) => result.faces);
      for (const [index, expected] of ours.results.flatMap((result) => result.faces).entries()) {
        expectSame(found[index], expected);
        faces += 1;
      }
    }
    return faces;
  }
}

/** Pixels of the source photo, and cosine, that other kernels of onnxruntime may cost. */
const tolerance = { pixels: 0.1, cosine: 0.9999 };

function expectSame(found: FaceAnswer | undefined, expected: FaceAnswer): void {
  expect(distance(found?.bbox ?? [], expected.bbox)).toBeLessThan(tolerance.pixels);
  expect(distance(found?.landmarks.flat() ?? [], expected.landmarks.flat())).toBeLessThan(tolerance.pixels);
  expect(found?.confidence).toBeCloseTo(expected.confidence, 4);
  const similarity = cosine(found?.embedding as number[], expected.embedding as number[]);
  expect(similarity).toBeGreaterThan(tolerance.cosine);
}

/** Largest difference of any number. */
function distance(a: readonly number[], b: readonly number[]): number {
  return a.length === b.length ? Math.max(0, ...a.map((value, at) => Math.abs(value - (b[at] ?? NaN)))) : NaN;
}
