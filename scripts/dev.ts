/** `npm run dev`: like `npm start`, and every edit is compiled and restarts the program that it changes. */
import { watch } from 'node:fs';
import { readCommandLine } from './run/command-line.ts';
import { DevSession } from './run/dev-session.ts';
import { apiAddress, readEnvironment, setting } from './run/environment.ts';
import { assertFree } from './run/listening-port.ts';
import { Product } from './run/product.ts';
import { interrupted } from './run/program.ts';
import { root } from './run/root.ts';
import { runService } from './run/task.ts';
import { build, fetchModelPack } from './setup/prepare.ts';

readCommandLine({
  command: 'npm run dev',
  about: 'Like npm start, and every edit is compiled and restarts the program that it changes.',
});

await runService(async (interruption) => {
  const { asked } = interruption;
  const environment = { FACE_V3_LOG_LEVEL: 'DEBUG', ...readEnvironment() };
  const address = apiAddress(environment);
  if (address !== undefined) await assertFree(address);
  await build(asked);
  if (setting(environment, 'FACE_V3_TRITON_URL') === undefined) await fetchModelPack(environment, asked);

  const product = await Product.start(environment, interruption);
  const session = new DevSession(product, interruption);
  for (const { name } of product.programs) session.watchProgram(name);
  for (const folder of ['include', 'src']) {
    watch(`${root}native-libs/${folder}`, { recursive: true }, () => session.nativeSourcesChanged());
  }
  process.stdout.write(`\nReady at ${product.url}/docs. Edit a file under apps/, libs/ or native-libs/.\n\n`);
  try {
    await interrupted(asked);
  } finally {
    await session.end();
    await product.stop();
  }
});
