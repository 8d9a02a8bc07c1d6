import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { TaskFailure } from './failure.ts';
import { root } from './root.ts';

export type Environment = Readonly<NodeJS.ProcessEnv>;

/**
 * The environment with what `.env` adds to it.
 * @throws TaskFailure when there is a `.env` that cannot be read
 */
export function readEnvironment(): Environment {
  return { ...readEnvironmentFile(join(root, '.env')), ...process.env };
}

function readEnvironmentFile(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new TaskFailure(`${path} cannot be read: ${message}`, { cause: error });
  }
}

/** A setting's text; one that is set to nothing counts as not set. */
export function setting(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  return text === undefined || text === '' ? undefined : text;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where the API will listen; undefined when the port is no number, which the API itself refuses with a sentence. */
export function apiAddress(environment: Environment): ListenAddress | undefined {
  const port = Number(setting(environment, 'FACE_V3_PORT') ?? setting(environment, 'PORT') ?? 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  return { host: setting(environment, 'FACE_V3_HOST') ?? '127.0.0.1', port };
}

export function hasApiKey(environment: Environment): boolean {
  return ['FACE_V3_API_KEY', 'FACE_V3_API_KEY_FILE'].some((name) => setting(environment, name) !== undefined);
}
