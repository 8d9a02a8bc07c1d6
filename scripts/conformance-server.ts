/**
 * `npm run conformance-server -- [--port N]`: the model server of the default pack with small models beside its own, for
 * which the answers of a real Triton are known; on port 8001 unless told otherwise.
 */
import { parseArgs } from 'node:util';
import { TaskFailure } from './run/failure.ts';
import { Program, untilStopAsked } from './run/program.ts';
import { runService } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';
import { buildNativeLibraries } from './setup/native-build.ts';
import { fetchModelPack } from './setup/prepare.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8001' } } });

await runService(async (interruption) => {
  const { asked } = interruption;
  if (!/^\d{1,5}$/.test(values.port)) {
    throw new TaskFailure(`--port is '${values.port}', expected a number from 0 to 65535.`);
  }
  await Promise.all([compileProgram('model-server', asked), buildNativeLibraries(asked)]);
  // What is compared are the usual models: a developer's settings of them do not count.
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('FACE_V3_') || name === 'FACE_V3_CACHE_DIR',
  );
  const environment = {
    ...Object.fromEntries(own),
    // What is set to nothing is not taken from .env either.
    FACE_V3_MODEL_PACK: '',
    FACE_V3_FLIP_MERGE: '',
    FACE_V3_EMBEDDING_DIMENSION: '',
    FACE_V3_MODEL_SERVER_SOCKET: '',
    FACE_V3_MODEL_SERVER_PORT: values.port,
  };
  await fetchModelPack(environment, asked);

  const server = new Program('conformance-server', environment);
  try {
    await server.ready(interruption);
    await untilStopAsked([server], interruption);
  } finally {
    await server.stop(interruption);
  }
});
