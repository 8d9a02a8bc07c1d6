import { describe, expect, it } from 'vitest';
import type { LogSettingsRequest } from '../generated/inference/grpc_service.js';
import { type Log, updateLogSettings } from './log-settings.js';

type Settings = LogSettingsRequest['settings'];

const bool = (value: boolean) => ({ parameterChoice: { $case: 'boolParam' as const, value } });
const number = (value: number) => ({ parameterChoice: { $case: 'uint32Param' as const, value } });
const text = (value: string) => ({ parameterChoice: { $case: 'stringParam' as const, value } });

function someLog(): Log {
  return { levels: { info: true, warning: true, error: true, verbose: 0 } };
}

describe('updateLogSettings', () => {
  it('tells all settings, and ignores those that it does not know', () => {
    expect(updateLogSettings(someLog(), { settings: { foo: text('x') } })).toEqual({
      settings: {
        log_file: text(''),
        log_info: bool(true),
        log_warning: bool(true),
        log_error: bool(true),
        log_verbose_level: number(0),
        log_format: text('default'),
      },
    });
  });

  it('changes the levels of the log', () => {
    const log = someLog();
    updateLogSettings(log, { settings: { log_info: bool(false), log_verbose_level: number(2) } });
    expect(log.levels).toEqual({ info: false, warning: true, error: true, verbose: 2 });
    updateLogSettings(log, { settings: { log_verbose_level: number(2 ** 32 - 1) } });
    expect(log.levels.verbose).toBe(0);
  });

  it.each<[Settings, string]>([
    [{ log_file: text('') }, 'log file location can not be updated through network protocol'],
    [{ log_info: text('x'), log_warning: text('x') }, "expect boolean for 'log_info'"],
    [{ log_error: { parameterChoice: undefined } }, "expect boolean for 'log_error'"],
    [{ log_verbose_level: bool(true), log_format: bool(true) }, "expect int32 for 'log_verbose_level'"],
    [{ log_format: bool(true) }, "expect string for 'log_format'"],
    [{ log_format: text('x') }, 'invalid argument for log_format, got: x'],
  ])('refuses %j', (settings, words) => {
    const log = someLog();
    expect(() => updateLogSettings(log, { settings: { log_info: bool(false), ...settings } })).toThrow(words);
    expect(log).toEqual(someLog());
  });
});
