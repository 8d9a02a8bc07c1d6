import type { EnvironmentReader } from './environment-reader.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Old configuration speaks Python's names. */
const pythonNames: Readonly<Record<string, LogLevel>> = {
  critical: 'fatal',
  warning: 'warn',
  notset: 'trace',
};

/** FACE_V3_LOG_LEVEL in Python's or pino's words, upper or lower case. */
export function readLogLevel(reader: EnvironmentReader): LogLevel {
  const text = reader.text('FACE_V3_LOG_LEVEL');
  if (text === undefined) return 'info';
  const lower = text.toLowerCase();
  const level = pythonNames[lower] ?? logLevels.find((name) => name === lower);
  if (level === undefined) {
    reader.problem(
      `FACE_V3_LOG_LEVEL is '${text}', expected one of CRITICAL, ERROR, WARNING, INFO, DEBUG, TRACE.`,
    );
  }
  return level ?? 'info';
}
