/** `npm run start:model-server`: the model server alone, for any KServe v2 client; on port 8001 unless set. */
import { readCommandLine } from './run/command-line.ts';
import { readEnvironment } from './run/environment.ts';
import { Program, untilStopAsked } from './run/program.ts';
import { runService } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';
import { buildNativeLibraries } from './setup/native-build.ts';
import { fetchModelPack } from './setup/prepare.ts';

readCommandLine({
  command: 'npm run start:model-server',
  about: 'The model server alone, for any KServe v2 client; on port 8001 unless set: docs/configuration.md.',
});

await runService(async (interruption) => {
  const { asked } = interruption;
  const environment = readEnvironment();
  await Promise.all([compileProgram('model-server', asked), buildNativeLibraries(asked)]);
  await fetchModelPack(environment, asked);

  const server = new Program('model-server', environment);
  try {
    await server.ready(interruption);
    await untilStopAsked([server], interruption);
  } finally {
    await server.stop(interruption);
  }
});
