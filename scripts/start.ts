/** `npm start`: builds what is needed, starts the model server and the API, and stops both on Ctrl-C. */
import { readCommandLine } from './run/command-line.ts';
import { type Environment, apiAddress, hasApiKey, readEnvironment, setting } from './run/environment.ts';
import { assertFree } from './run/listening-port.ts';
import { Product } from './run/product.ts';
import { untilStopAsked } from './run/program.ts';
import { welcome } from './run/welcome.ts';
import { runService } from './run/task.ts';
import { build, fetchModelPack, fetchSamplePhotos } from './setup/prepare.ts';
import { samplePhotoPath } from './setup/sample-photos.ts';

readCommandLine({
  command: 'npm start',
  about:
    'Builds what is needed, starts the model server and the API, and stops both on Ctrl-C. Settings are environment variables or lines of .env: docs/configuration.md.',
});

await runService(async (interruption) => {
  const environment = readEnvironment();
  const address = apiAddress(environment);
  // Before the work that may take minutes, and before the model server.
  if (address !== undefined) await assertFree(address);

  await build(interruption.asked);
  const external = setting(environment, 'FACE_V3_TRITON_URL') !== undefined;
  if (!external) await fetchModelPack(environment, interruption.asked);
  const hasPhotos = await fetchSamplePhotos(environment, interruption.asked);

  const product = await Product.start(environment, interruption);
  process.stdout.write(
    welcome({
      url: product.url,
      local: isLocal(environment),
      keyNeeded: hasApiKey(environment),
      photo: hasPhotos ? samplePhotoPath(environment, 'sample1.jpg') : undefined,
    }),
  );
  try {
    await untilStopAsked(product.programs, interruption);
    process.stdout.write('\nStopping: running requests are answered first, a second Ctrl-C ends them.\n');
  } finally {
    await product.stop();
  }
});

function isLocal(environment: Environment): boolean {
  return (setting(environment, 'FACE_V3_ENV') ?? 'local') === 'local';
}
