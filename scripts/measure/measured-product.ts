import type { Environment } from '../run/environment.ts';
import type { Interruption } from '../run/interruption.ts';
import { Product } from '../run/product.ts';
import { build, fetchModelPack } from '../setup/prepare.ts';

/** Settings that a measurement may be run with; all others are the defaults, whatever `.env` says. */
const allowed = [
  'FACE_V3_CACHE_DIR',
  'FACE_V3_MODEL_PACK',
  'FACE_V3_FLIP_MERGE',
  'FACE_V3_MODEL_SERVER_THREADS',
  'FACE_V3_DETECTION_INPUT_WIDTH',
  'FACE_V3_DETECTION_INPUT_HEIGHT',
  'FACE_V3_TRITON_URL',
  'FACE_V3_WORKERS',
];

/**
 * Builds and starts the product on a free port, hands it to `use`, and stops it.
 * @throws TaskFailure when it does not start, and whatever `use` throws
 */
export async function withProduct<Result>(
  interruption: Interruption,
  use: (product: Product, environment: Environment) => Promise<Result>,
  settings: Environment = {},
): Promise<Result> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(FACE_V3_|UVICORN_WORKERS$|PORT$)/.test(name) || allowed.includes(name),
  );
  const environment = {
    ...Object.fromEntries(own),
    FACE_V3_ENV: 'local',
    FACE_V3_HOST: '127.0.0.1',
    FACE_V3_PORT: '0',
    FACE_V3_LOG_LEVEL: 'ERROR',
    // Set to nothing, so that a .env cannot bring keys in.
    FACE_V3_API_KEY: '',
    FACE_V3_API_KEY_FILE: '',
    ...settings,
  };
  await build(interruption.asked);
  await fetchModelPack(environment, interruption.asked);
  const product = await Product.start(environment, interruption);
  try {
    return await use(product, environment);
  } finally {
    await product.stop();
  }
}
