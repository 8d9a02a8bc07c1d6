import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Nearest folder with a package.json: the same from the sources and from dist/. */
export function projectRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  return from === dirname(from) ? process.cwd() : projectRoot(dirname(from));
}

/** Version of the project, as in its package.json. */
export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version?: string;
  };
  return version ?? '0.0.0';
}
