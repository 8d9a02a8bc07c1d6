import { readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
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

/** Folder of the downloaded packs and photos; the same rule as the model server's. */
export function cacheFolder(environment: Environment): string {
  const named = setting(environment, 'FACE_V3_CACHE_DIR');
  if (named !== undefined) return named;
  const userCache =
    setting(environment, 'XDG_CACHE_HOME') ??
    join(homedir(), platform() === 'darwin' ? 'Library/Caches' : '.cache');
  return join(userCache, 'face-search-backend');
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
