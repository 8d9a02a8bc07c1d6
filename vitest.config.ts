import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lib = (name: string) => fileURLToPath(new URL(`./libs/${name}/src/index.ts`, import.meta.url));

const alias = Object.fromEntries(
  ['auth', 'environment', 'errors', 'image', 'kserve', 'native', 'observability', 'rerank', 'triton'].map(
    (name) => [`@face/${name}`, lib(name)],
  ),
);

/**
 * `unit` needs only the sources and the native build; `e2e` and `full` start the compiled programs, `triton` a real
 * Triton server instead of the model server, `measure` prints figures.
 */
export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,libs,scripts}/**/*.spec.ts'],
          setupFiles: ['test/support/metadata.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          exclude: ['test/full/**', 'test/triton/**'],
          globalSetup: ['test/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'full',
          include: ['test/full/**/*.e2e.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'triton',
          // What clients see must be the same with the real server.
          include: [
            'test/{embeddings,examples,inputs,keys,production-shape,rerank}.e2e.ts',
            'test/triton/**/*.e2e.ts',
          ],
          env: { FACE_TEST_SERVER: 'triton' },
          globalSetup: ['test/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'measure',
          include: ['test/**/*.measurement.ts'],
          setupFiles: ['test/support/metadata.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
