export { withDotEnv } from './dot-env.js';
export { EnvironmentReader } from './environment-reader.js';
export type { Environment } from './environment.js';
export { logLevels, readLogLevel } from './log-level.js';
export type { LogLevel } from './log-level.js';
export { SettingsError } from './settings-error.js';
export { StartError } from './start-error.js';
