import { join } from 'node:path';
import { runCommand } from '../run/command.ts';
import { readEnvironment } from '../run/environment.ts';
import { root } from '../run/root.ts';
import { compileProgram } from '../setup/compile.ts';

/** Programs for owners of a Triton, which share the code of the model server. */
export type TritonProgram = 'network' | 'repository';

/** Path of a compiled program, relative to the project. */
export function tritonProgram(name: TritonProgram): string {
  return `dist/model-server/apps/model-server/src/triton/${name}.main.js`;
}

/** @returns its exit code */
export async function runTritonProgram(
  name: TritonProgram,
  args: readonly string[],
  stop: AbortSignal,
): Promise<number> {
  await compileProgram('model-server', stop);
  const options = { env: readEnvironment(), stop, show: 'all' } as const;
  const { code } = await runCommand(process.execPath, [join(root, tritonProgram(name)), ...args], options);
  return code;
}
