import { join } from 'node:path';
import { Program } from './process.js';

const root = new URL('../../', import.meta.url).pathname;

export const entries = {
  api: join(root, 'dist/api/apps/api/src/main.js'),
  modelServer: join(root, 'dist/model-server/apps/model-server/src/main.js'),
};

interface ModelServerReady {
  readonly addresses: readonly string[];
  /** When metrics are on. */
  readonly metricsUrl?: string;
}

interface ApiReady {
  readonly url: string;
  /** When metrics are on. */
  readonly metricsUrl?: string;
}

export type ModelServer = Program<ModelServerReady>;
export type Api = Program<ApiReady>;

/** What a test's process sees of the environment: the machine's, without settings of this product in it. */
export function cleanEnvironment(settings: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = /^(FACE_V3_(?!CACHE_DIR$)|OTEL_|UVICORN_WORKERS$|PORT$)/;
  const rest = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(rest), ...settings };
}

export async function startModelServer(settings: NodeJS.ProcessEnv): Promise<ModelServer> {
  return Program.start<ModelServerReady>(
    entries.modelServer,
    cleanEnvironment({ FACE_V3_LOG_LEVEL: 'WARNING', FACE_V3_MODEL_SERVER_PORT: '0', ...settings }),
  );
}

/** @param folder whose `.env` it reads; none by default */
export async function startApi(settings: NodeJS.ProcessEnv, folder?: string): Promise<Api> {
  return Program.start<ApiReady>(
    entries.api,
    cleanEnvironment({ FACE_V3_LOG_LEVEL: 'WARNING', FACE_V3_PORT: '0', ...settings }),
    folder,
  );
}
