import { StartError } from './start-error.js';

/** The start stops with all of these at once, so that nobody mends one variable a start. */
export class SettingsError extends StartError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}
