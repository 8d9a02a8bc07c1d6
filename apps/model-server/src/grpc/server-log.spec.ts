import { describe, expect, it } from 'vitest';
import { ServerLog } from './server-log.js';

describe('ServerLog', () => {
  it('has the levels of the settings', () => {
    expect(new ServerLog(['fatal', 'error', 'warn', 'log', 'debug']).levels).toEqual({
      info: true,
      warning: true,
      error: true,
      verbose: 1,
    });
  });

  it('changes what is printed', () => {
    const log = new ServerLog(['fatal', 'error', 'warn']);
    expect(['error', 'log'].map((level) => log.isLevelEnabled(level as 'log'))).toEqual([true, false]);
    log.levels = { info: true, warning: true, error: false, verbose: 0 };
    expect(['error', 'log'].map((level) => log.isLevelEnabled(level as 'log'))).toEqual([false, true]);
    expect(log.levels.error).toBe(false);
  });
});
