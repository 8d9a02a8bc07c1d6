import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InferenceServer, startInferenceServer } from './inference-server.js';
import { type Api, startApi } from './programs.js';

export {
  type Api,
  type ModelServer,
  cleanEnvironment,
  entries,
  startApi,
  startModelServer,
} from './programs.js';

/** The whole line on this machine: an inference server, API in front of it, both real processes. */
export class Product {
  private constructor(
    readonly server: InferenceServer,
    readonly api: Api,
    private readonly folder: string,
  ) {}

  static async start(
    settings: { api?: NodeJS.ProcessEnv; modelServer?: NodeJS.ProcessEnv } = {},
  ): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'face-test-'));
    const server = await startInferenceServer(settings.modelServer ?? {}, folder);
    try {
      const api = await startApi({ FACE_V3_TRITON_URL: server.url, ...settings.api });
      return new Product(server, api, folder);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get url(): string {
    return this.api.ready.url;
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
