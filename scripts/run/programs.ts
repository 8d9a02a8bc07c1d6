/** Compiled entry files, relative to the project. */
export const programs = {
  api: 'dist/api/apps/api/src/main.js',
  'model-server': 'dist/model-server/apps/model-server/src/main.js',
  'conformance-server': 'dist/model-server/apps/model-server/src/conformance.main.js',
} as const;

export type ProgramName = keyof typeof programs;

/** What they are called in sentences. */
export const programTitles = {
  api: 'API',
  'model-server': 'model server',
  'conformance-server': 'conformance server',
} as const;
