import { join } from 'node:path';
import { Program } from './process.js';
import { cleanEnvironment } from './product.js';

const entry = join(
  new URL('../../', import.meta.url).pathname,
  'dist/model-server/apps/model-server/src/conformance.main.js',
);

/** The program behind `npm run conformance-server`, on a free port. */
export async function startConformanceServer(): Promise<{
  address: string;
  pid: number;
  stop(): Promise<void>;
}> {
  const server = await Program.start<{ readonly addresses: readonly string[] }>(
    entry,
    cleanEnvironment({
      FACE_V3_LOG_LEVEL: 'WARNING',
      FACE_V3_MODEL_SERVER_PORT: '0',
      FACE_V3_MODEL_SERVER_THREADS: '1',
    }),
  );
  const [address = ''] = server.ready.addresses;
  return {
    address,
    pid: server.pid,
    stop: async () => {
      await server.stop();
    },
  };
}
