import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SettingsError, type Environment } from './environment-reader.js';
import { Settings } from './settings.js';

/**
 * Settings of this process. `.env` of the working folder is read, the environment wins: also with an empty
 * string, which takes back what `.env` says.
 * @throws SettingsError with a sentence for each variable that cannot be used.
 */
export function loadSettings(
  environment: Environment = process.env,
  folder: string = process.cwd(),
): Settings {
  return new Settings({ ...readDotEnv(join(folder, '.env')), ...environment });
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
