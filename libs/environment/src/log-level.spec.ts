import { describe, expect, it } from 'vitest';
import { EnvironmentReader } from './environment-reader.js';
import { readLogLevel } from './log-level.js';

describe('the log level', () => {
  it.each([
    ['WARNING', 'warn'],
    ['critical', 'fatal'],
    ['NotSet', 'trace'],
    ['DEBUG', 'debug'],
    ['info', 'info'],
    ['', 'info'],
  ])('%j is %s', (text, level) => {
    const reader = new EnvironmentReader({ FACE_V3_LOG_LEVEL: text });
    expect(readLogLevel(reader)).toBe(level);
    expect(() => reader.finish()).not.toThrow();
  });

  it('is refused when nobody knows it', () => {
    const reader = new EnvironmentReader({ FACE_V3_LOG_LEVEL: 'loud' });
    readLogLevel(reader);
    expect(() => reader.finish()).toThrow(
      "FACE_V3_LOG_LEVEL is 'loud', expected one of CRITICAL, ERROR, WARNING, INFO, DEBUG, TRACE.",
    );
  });
});
