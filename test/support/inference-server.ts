import { join } from 'node:path';
import { startModelServer } from './programs.js';
import { writeTritonRepository } from './triton-repository.js';
import { TritonServer } from './triton-server.js';

/** What the API has behind it. */
export interface InferenceServer {
  /** For FACE_V3_TRITON_URL. */
  readonly url: string;
  stop(): Promise<unknown>;
}

/** Settings of our model server that a Triton repository can be written for, too. */
const knownToBoth = ['FACE_V3_EMBEDDING_DIMENSION', 'FACE_V3_FLIP_MERGE', 'FACE_V3_MODEL_PACK'];

/**
 * Our model server, or a real Triton that serves the same networks: the tests of the API hold for both.
 * @param settings of our model server
 * @param folder of the test
 */
export async function startInferenceServer(
  settings: NodeJS.ProcessEnv,
  folder: string,
): Promise<InferenceServer> {
  if (process.env['FACE_TEST_SERVER'] === 'triton') {
    const strange = Object.keys(settings).find((name) => !knownToBoth.includes(name));
    if (strange !== undefined) throw new Error(`${strange} means nothing to Triton`);
    const repository = join(folder, 'models');
    const pack = settings['FACE_V3_MODEL_PACK'];
    await writeTritonRepository('onnx-cpu', repository, pack === undefined ? [] : ['--pack', pack], settings);
    return TritonServer.start(repository);
  }
  const socket = join(folder, 'model-server.sock');
  const server = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket, ...settings });
  return { url: `unix:${socket}`, stop: () => server.stop() };
}
