import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './environment.js';
import { SettingsError } from './settings-error.js';

/**
 * The environment with `.env` of the folder beneath it. The environment wins: also with an empty string, which
 * takes back what `.env` says. A missing file counts as an empty one.
 * @throws SettingsError when the file is there and cannot be read.
 */
export function withDotEnv(environment: Environment, folder: string): Environment {
  return { ...readDotEnv(join(folder, '.env')), ...environment };
}

function readDotEnv(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError([`${path} cannot be read: ${reason}.`]);
  }
}
