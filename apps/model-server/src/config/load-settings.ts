import { type Environment, withDotEnv } from '@face/environment';
import { Settings } from './settings.js';

/**
 * Settings of this process. `.env` of the working folder is read, the environment wins.
 * @throws SettingsError with a sentence for each variable that cannot be used.
 */
export function loadSettings(
  environment: Environment = process.env,
  folder: string = process.cwd(),
): Settings {
  return new Settings(withDotEnv(environment, folder));
}
