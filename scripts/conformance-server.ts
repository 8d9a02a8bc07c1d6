/**
 * `npm run conformance-server -- [--port N]`: the model server of the default pack with small models beside its own, for
 * which the answers of a real Triton are known; on port 8001 unless told otherwise.
 */
import { readCommandLine } from './run/command-line.ts';
import { option, wholeNumber } from './run/command-line-values.ts';
import { Program, untilStopAsked } from './run/program.ts';
import { runService } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';
import { buildNativeLibraries } from './setup/native-build.ts';
import { fetchModelPack } from './setup/prepare.ts';

const { values } = readCommandLine({
  command: 'npm run conformance-server',
  about:
    'The model server of the default pack with small models beside its own, for which the answers of a real Triton are known.',
  options: {
    port: option('N', '8001 by default; 0 for any that is free', wholeNumber(0, 65_535), 8001),
  },
});

await runService(async (interruption) => {
  const { asked } = interruption;
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
    FACE_V3_MODEL_SERVER_PORT: String(values.port),
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
