import { execFileSync, spawnSync } from 'node:child_process';

/** Path of promtool (Debian package prometheus), or undefined, said in one line, where it is absent. */
export function findPromtool(): string | undefined {
  const path = process.env['FACE_TEST_PROMTOOL'] ?? 'promtool';
  if (spawnSync(path, ['--version']).status === 0) return path;
  console.log('skipped: promtool is not there (Debian package prometheus, or FACE_TEST_PROMTOOL=<path>)');
  return undefined;
}

/**
 * Runs it in a folder.
 * @throws Error with what it printed when it has something to say
 */
export function runPromtool(path: string, args: readonly string[], folder: string, input = ''): string {
  return execFileSync(path, args, { cwd: folder, input, encoding: 'utf8', stdio: 'pipe' });
}
