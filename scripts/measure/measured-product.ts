import { type Environment, readEnvironment } from '../run/environment.ts';
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
  const environment = { ...measuredEnvironment(), ...settings };
  await build(interruption.asked);
  await fetchModelPack(environment, interruption.asked);
  const product = await Product.start(environment, interruption);
  try {
    return await use(product, environment);
  } finally {
    await product.stop();
  }
}

function measuredEnvironment(): Environment {
  const isOurs = (name: string) => /^(FACE_V3_|UVICORN_WORKERS$|PORT$)/.test(name);
  const given = Object.entries(process.env).filter(([name]) => !isOurs(name) || allowed.includes(name));
  // The programs read .env as well: what is set to nothing in the environment is taken back.
  const takenBack = Object.keys(readEnvironment()).filter(isOurs);
  return {
    ...Object.fromEntries(takenBack.map((name) => [name, ''])),
    ...Object.fromEntries(given),
    FACE_V3_PORT: '0',
    FACE_V3_LOG_LEVEL: 'ERROR',
  };
}
