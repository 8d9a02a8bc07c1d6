import { rmSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../run/command.ts';
import { programs } from '../run/programs.ts';
import { root } from '../run/root.ts';
import { hashContent } from './content-hash.ts';
import { runStep } from './step.ts';

/** Nest's own compiler driver; run by path, because the machine's `node` may be an older one. */
export const nestCommand = join(root, 'node_modules/@nestjs/cli/bin/nest.js');

/** Compiles one app and the libraries that it uses to `dist/<name>`. */
export async function compileProgram(name: 'api' | 'model-server', stop: AbortSignal): Promise<void> {
  const output = join(root, 'dist', name);
  const entry = programs[name];
  await runStep({
    name: `compile ${name}`,
    inputs: hashContent(
      root,
      [`apps/${name}`, 'libs', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'],
      (path) => !path.endsWith('.spec.ts'),
    ),
    stamp: `dist/.${name}-inputs-sha256`,
    results: [entry],
    run: async () => {
      // Without its output, TypeScript's memory of the last build says that there is nothing to do.
      if (!existsSync(join(root, entry))) rmSync(output, { recursive: true, force: true });
      await runQuietly(`${name} does not compile`, process.execPath, [nestCommand, 'build', name], { stop });
    },
  });
}
