/** `npm run check`: format, lint, types, boundaries and generated files, all of them, with what each has to say. */
import { isCurrent } from './generate/generated-files.ts';
import { readCommandLine } from './run/command-line.ts';
import { runCommand } from './run/command.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { endStep } from './setup/step-line.mjs';

const tool = (script: string, ...args: string[]) => [`${root}node_modules/${script}`, ...args];

/** Each a script that the pinned Node runs. */
const checks = {
  format: tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'),
  lint: tool('eslint/bin/eslint.js', '.'),
  types: tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  'types of scripts': tool('typescript/bin/tsc', '--noEmit', '-p', 'scripts/tsconfig.json'),
  boundaries: tool('dependency-cruiser/bin/dependency-cruiser.mjs', 'apps', 'libs', 'test', 'scripts'),
};

readCommandLine({
  command: 'npm run check',
  about: 'Format, lint, types, boundaries and generated files, all of them, with what each has to say.',
});

await runTask(async ({ asked }) => {
  const failed: string[] = [];
  const judge = async (name: string, check: () => Promise<string | undefined>) => {
    const start = performance.now();
    const complaint = await check();
    endStep(name, performance.now() - start);
    if (complaint === undefined) return;
    failed.push(name);
    process.stdout.write(`\n${complaint.trim()}\n\n`);
  };

  for (const [name, args] of Object.entries(checks)) {
    await judge(name, async () => {
      const { code, output } = await runCommand(process.execPath, args, { stop: asked, show: 'nothing' });
      return code === 0 ? undefined : output;
    });
  }
  await judge('generated files', () => isCurrent(asked));

  process.stdout.write(
    failed.length === 0 ? '\ncheck: all passed\n' : `\ncheck: failed: ${failed.join(', ')}\n`,
  );
  return failed.length === 0 ? 0 : 1;
});
